//! What all connections look at.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use super::flaw::Flaw;
use super::quirk::Quirk;

/// The server's flaw or quirk, and what comes of it.
pub(crate) struct Shared {
    flaw: Option<Flaw>,
    quirk: Option<Quirk>,
    pub(crate) dead: AtomicBool,
    /// How many connections are open.
    pub(crate) open: AtomicUsize,
    /// Held while anything is written, by a server with that flaw.
    pub(crate) writing: Mutex<()>,
}

impl Shared {
    pub(crate) fn new(flaw: Option<Flaw>, quirk: Option<Quirk>) -> Self {
        let (dead, open, writing) = Default::default();
        Self { flaw, quirk, dead, open, writing }
    }

    pub(crate) fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    pub(crate) fn does(&self, quirk: Quirk) -> bool {
        self.quirk == Some(quirk)
    }
}

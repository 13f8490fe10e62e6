//! What all connections look at.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use super::flaw::Flaw;
use super::quirk::Quirk;

/// The server's flaw or quirk, and what comes of it.
pub(crate) struct Shared {
    flaw: Option<Flaw>,
    quirk: Option<Quirk>,
    pub(crate) dead: AtomicBool,
    /// Held while anything is written, by a server with that flaw.
    pub(crate) writing: Mutex<()>,
}

impl Shared {
    pub(crate) fn new(flaw: Option<Flaw>, quirk: Option<Quirk>) -> Self {
        Self { flaw, quirk, dead: AtomicBool::new(false), writing: Mutex::default() }
    }

    pub(crate) fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    pub(crate) fn does(&self, quirk: Quirk) -> bool {
        self.quirk == Some(quirk)
    }
}

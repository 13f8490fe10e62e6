//! What all connections look at.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use super::flaw::Flaw;

/// The server's flaw, and what comes of it.
pub(crate) struct Shared {
    flaw: Option<Flaw>,
    pub(crate) dead: AtomicBool,
    /// Held while anything is written, by a server with that flaw.
    pub(crate) writing: Mutex<()>,
}

impl Shared {
    pub(crate) fn new(flaw: Option<Flaw>) -> Self {
        Self { flaw, dead: AtomicBool::new(false), writing: Mutex::default() }
    }

    pub(crate) fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }
}

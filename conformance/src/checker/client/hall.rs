//! The state that all checks of a run share: the browser, if there is one, and the observations.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use crate::checker::client::door::Door;
use crate::checker::client::options::ClientOptions;
use crate::checker::client::seen::Seen;
use crate::program::{Program, ProgramLine};

/// A browser's door. It is started once, and opens one connection after the other.
pub(crate) struct Page {
    pub(crate) door: Mutex<Door>,
    program: Mutex<Option<Program>>,
}

/// What all checks of a run share.
pub(crate) struct Hall<'run> {
    pub(crate) options: &'run ClientOptions,
    pub(crate) page: Option<Page>,
    /// Whether a client has come already.
    pub(crate) has_met: AtomicBool,
    /// How many messages the client sends by itself on every connection.
    pub(crate) greetings: AtomicUsize,
    /// Whether the client echoes, as far as is known.
    pub(crate) echoes: AtomicBool,
    /// Whether the client loses what arrives together with the answer.
    pub(crate) loses_early_frames: AtomicBool,
    /// Whether the client asks for Autobahn's cases.
    pub(crate) asks_for_cases: AtomicBool,
    /// The conversations that show all kinds of frames.
    pub(crate) samples: Once,
    seen: Mutex<Vec<Seen>>,
}

impl<'run> Hall<'run> {
    /// Starts the browser, or shows the address to open, if the client is one.
    ///
    /// # Errors
    /// A sentence, if nothing can be started.
    pub(crate) fn new(options: &'run ClientOptions) -> Result<Self, String> {
        let by_page = options.program.as_ref().is_none_or(ProgramLine::wants_page);
        let page = if by_page {
            let door = Door::open().map_err(|error| format!("no port is free: {error}"))?;
            let url = format!("http://{}/", door.address());
            let program =
                options.program.as_ref().map(|program| program.start(&url)).transpose()?;
            if program.is_none() {
                eprintln!("open {url} in the browser, and leave the page in view");
                // A person can also open it.
                let _ = open::that(&url);
            }
            Some(Page { door: Mutex::new(door), program: Mutex::new(program) })
        } else {
            // A program that does not exist is found out before the first check.
            options
                .program
                .as_ref()
                .map(|program| program.start("ws://127.0.0.1:9/"))
                .transpose()?;
            None
        };
        Ok(Self {
            options,
            page,
            has_met: AtomicBool::new(false),
            greetings: AtomicUsize::new(0),
            echoes: AtomicBool::new(true),
            loses_early_frames: AtomicBool::new(false),
            asks_for_cases: AtomicBool::new(false),
            samples: Once::new(),
            seen: Mutex::default(),
        })
    }

    /// All connections that are over.
    pub(crate) fn seen(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many messages the client sends by itself on every connection.
    pub(crate) fn greetings(&self) -> usize {
        self.greetings.load(Ordering::Relaxed)
    }

    /// Returns how the browser ended, if it did.
    pub(crate) fn browser_end(&self) -> Option<String> {
        let mut program =
            self.page.as_ref()?.program.lock().unwrap_or_else(PoisonError::into_inner);
        program.as_mut()?.end()
    }
}

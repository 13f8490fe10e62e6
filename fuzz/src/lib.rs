//! Coverage-guided fuzzing: a function for each target, which compares our code with an oracle that
//! shares no code with it.
//!
//! libFuzzer calls a target millions of times with inputs that it invents: see `just fuzz`. The test in
//! `tests/replay.rs` calls it with all inputs in `corpus/`, and with those in `regressions/` that have
//! ever failed.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a target reports what it has found by a panic"
)]

mod check;
mod plain;
mod settings;
mod targets;

use arbitrary::Result;

/// A target.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name: that of its file in `src/targets/` and of its folder in `corpus/`.
    pub name: &'static str,
    run: fn(&[u8]) -> Result<()>,
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target { name: "compression", run: targets::compression::run },
    Target { name: "extensions", run: targets::extensions::run },
    Target { name: "frames", run: targets::frames::run },
    Target { name: "judge", run: targets::judge::run },
    Target { name: "log", run: targets::log::run },
    Target { name: "origin", run: targets::origin::run },
    Target { name: "request", run: targets::request::run },
    Target { name: "response", run: targets::response::run },
    Target { name: "sending", run: targets::sending::run },
    Target { name: "tungstenite", run: targets::tungstenite::run },
    Target { name: "wire", run: targets::wire::run },
];

impl Target {
    /// Returns the target with this name.
    pub fn named(name: &str) -> Option<Self> {
        TARGETS.iter().copied().find(|target| target.name == name)
    }

    /// Runs the target with this input. Returns whether the input was long enough to be used.
    ///
    /// # Panics
    /// If our code and the oracle disagree.
    pub fn run(self, input: &[u8]) -> bool {
        (self.run)(input).is_ok()
    }
}

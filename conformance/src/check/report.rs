//! How all checks came out.

use std::time::Duration;

use super::{catalogue::Check, options::Options, record::Finding};

/// How one check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The server did what it should.
    Passed,
    /// It did something else.
    Failed,
    /// It could not be seen.
    Skipped,
}

impl Verdict {
    /// The word for it, in every output.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// A check, and how it came out.
pub struct Ruling {
    /// What was checked.
    pub check: Check,
    /// How it came out.
    pub verdict: Verdict,
    /// What happened, or why it could not be seen; empty if it passed.
    pub happened: String,
    /// How long it took.
    pub time: Duration,
    pub(super) finding: Option<Finding>,
}

/// The rulings on one server, in the order of the catalogue.
pub struct Report {
    /// What was asked for.
    pub options: Options,
    /// All that was checked.
    pub rulings: Vec<Ruling>,
    /// How long it took.
    pub time: Duration,
}

impl Report {
    /// Those that came out like this.
    pub fn with(&self, verdict: Verdict) -> impl Iterator<Item = &Ruling> {
        self.rulings.iter().filter(move |ruling| ruling.verdict == verdict)
    }

    /// Whether nothing failed.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.with(Verdict::Failed).next().is_none()
    }

    /// The names of those that came out like this.
    #[must_use]
    pub fn ids(&self, verdict: Verdict) -> Vec<&'static str> {
        self.with(verdict).map(|ruling| ruling.check.id).collect()
    }
}

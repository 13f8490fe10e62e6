//! How all checks came out.

use std::time::Duration;

use serde::Serialize;

use crate::checker::check::Check;
use crate::checker::options::Options;
use crate::checker::wire::stop::Finding;

/// How one check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The server did what it should.
    Passed,
    /// It did something else.
    Failed,
    /// It could not be checked.
    Skipped,
}

/// A check, and how it came out.
pub struct Ruling {
    /// What was checked.
    pub check: Check,
    /// How it came out.
    pub verdict: Verdict,
    /// What happened, or why it could not be checked; empty if it passed.
    pub happened: String,
    /// How long it took.
    pub time: Duration,
    pub(crate) finding: Option<Finding>,
}

impl Ruling {
    /// Returns whether the server did something else than it should.
    pub fn has_failed(&self) -> bool {
        self.verdict == Verdict::Failed
    }
}

/// The rulings on one server, in the order of the catalogue.
pub struct Report {
    /// What was asked for.
    pub options: Options,
    /// All that was checked.
    pub rulings: Vec<Ruling>,
    /// How many checks there would have been, had the run not ended at the first failure.
    pub total: usize,
    /// How long it took.
    pub time: Duration,
}

impl Report {
    /// The rulings with this verdict.
    pub fn with(&self, verdict: Verdict) -> impl Iterator<Item = &Ruling> {
        self.rulings.iter().filter(move |ruling| ruling.verdict == verdict)
    }

    /// The rulings on the checks of this level.
    pub(crate) fn at(&self, level: u8) -> impl Iterator<Item = &Ruling> + Clone {
        self.rulings.iter().filter(move |ruling| ruling.check.level == level)
    }

    /// How many checks have passed, failed and been skipped.
    pub(crate) fn counts(&self) -> [usize; 3] {
        counts(&self.rulings.iter())
    }

    /// Whether nothing failed.
    pub fn is_good(&self) -> bool {
        self.with(Verdict::Failed).next().is_none()
    }

    /// Returns the reason why nothing could be checked, if there was no connection at all.
    pub fn unreachable(&self) -> Option<&str> {
        let first = self.rulings.first().filter(|ruling| ruling.check.id == "tcp/accept")?;
        first.has_failed().then_some(first.happened.as_str())
    }

    /// The names of the checks with this verdict.
    pub fn ids(&self, verdict: Verdict) -> Vec<&'static str> {
        self.with(verdict).map(|ruling| ruling.check.id).collect()
    }
}

/// How many of these have passed, failed and been skipped.
pub(crate) fn counts<'a>(rulings: &(impl Iterator<Item = &'a Ruling> + Clone)) -> [usize; 3] {
    [Verdict::Passed, Verdict::Failed, Verdict::Skipped]
        .map(|verdict| rulings.clone().filter(|ruling| ruling.verdict == verdict).count())
}

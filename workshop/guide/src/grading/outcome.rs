//! What became of one stage.

use serde::Serialize;

/// What became of one stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// All of its checks have passed.
    Passed,
    /// A check has failed.
    Failed {
        /// The first one, or a case of Autobahn.
        check: String,
        /// What happened.
        message: String,
    },
    /// There is no server to judge.
    Broken {
        /// Why.
        message: String,
    },
    /// The code is that of the starter.
    NotBegun,
    /// A stage before it has not passed.
    NotReached,
}

impl Outcome {
    /// Returns the outcome in a word or two.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed { .. } => "failed",
            Self::Broken { .. } => "broken",
            Self::NotBegun => "not begun",
            Self::NotReached => "not reached",
        }
    }

    /// Returns what there is to say about it; empty, if nothing.
    pub(crate) fn details(&self) -> String {
        match self {
            Self::Failed { check, message } => format!("{check}: {message}"),
            Self::Broken { message } => message.clone(),
            Self::Passed | Self::NotBegun | Self::NotReached => String::new(),
        }
    }
}

//! Why a check ends before it has passed.

use serde::Serialize;

use crate::checker::wire::record::{Mark, Record};

/// What a server did wrong.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Finding {
    /// What happened, in one sentence.
    pub(crate) happened: String,
    /// What went over the connection.
    #[serde(flatten)]
    pub(crate) record: Record,
    /// The first wrong byte, if there is one.
    pub(crate) mark: Option<Mark>,
}

/// Why a check has not passed.
pub(crate) enum Stop {
    /// The server did something wrong.
    Failed(Box<Finding>),
    /// The check could not see what it looks for, for this reason.
    Unseen(String),
}

/// The outcome of a check: passed, or why not.
pub(crate) type Judgement = Result<(), Stop>;

impl Stop {
    /// A failure: what happened, with or without a full stop, and what went over the connection.
    pub(crate) fn found(mut happened: String, record: Record, mark: Option<Mark>) -> Self {
        if !happened.ends_with('.') {
            happened.push('.');
        }
        Self::Failed(Box::new(Finding { happened, record, mark }))
    }

    /// A failure without any bytes to show.
    pub(crate) fn failed(happened: impl Into<String>) -> Self {
        Self::found(happened.into(), Record::default(), None)
    }

    /// The same failure with other words for what happened. A check that could not see stays as it is.
    pub(crate) fn reworded(self, words: impl FnOnce(&str) -> String) -> Self {
        let Self::Failed(mut finding) = self else { return self };
        finding.happened = words(&finding.happened);
        Self::Failed(finding)
    }

    /// A check that could not see what it looks for.
    pub(crate) fn unseen(why: impl Into<String>) -> Self {
        Self::Unseen(why.into())
    }
}

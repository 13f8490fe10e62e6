//! What became of one exercise.

use serde::Serialize;

/// What became of one exercise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// All tests of the course pass.
    Passed,
    /// Some do not.
    Failed {
        /// Those, in the order of the file.
        failed: Vec<FailedTest>,
    },
    /// There is no program to test.
    DoesNotCompile {
        /// What the compiler said first.
        message: String,
    },
    /// The answer uses something that no exercise needs, such as the file system.
    Refused {
        /// A sentence that names it.
        message: String,
    },
    /// The tests have ended without saying how each of them went.
    Broken {
        /// The last lines that they printed.
        message: String,
    },
    /// The tests ran for longer than a minute, and were ended.
    Endless,
    /// The code is the stub's: the learner has not begun.
    NotBegun,
    /// There is no such file in the learner's copy.
    Missing,
}

/// A test that has failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailedTest {
    /// Its name, which is the rule that was broken.
    pub test: String,
    /// Its message.
    pub message: String,
}

impl Outcome {
    /// The outcome in a word or two.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed { .. } => "failed",
            Self::DoesNotCompile { .. } => "does not compile",
            Self::Refused { .. } => "refused",
            Self::Broken { .. } => "broke off",
            Self::Endless => "does not end",
            Self::NotBegun => "not begun",
            Self::Missing => "missing",
        }
    }

    /// Has the learner begun?
    pub fn is_begun(&self) -> bool {
        !matches!(self, Self::NotBegun | Self::Missing)
    }

    /// Returns the messages, one for each fault.
    pub fn details(&self) -> Vec<String> {
        match self {
            Self::Failed { failed } => {
                failed.iter().map(|failed| format!("{}: {}", failed.test, failed.message)).collect()
            }
            Self::DoesNotCompile { message }
            | Self::Refused { message }
            | Self::Broken { message } => vec![message.clone()],
            Self::Passed | Self::Endless | Self::NotBegun | Self::Missing => Vec::new(),
        }
    }
}

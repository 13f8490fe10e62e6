//! Which client is judged, and how.

use std::time::Duration;

use crate::program::ProgramLine;

/// What to check and how long to wait.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// The client's command line; `None` for a browser that a person opens.
    pub program: Option<ProgramLine>,
    /// The name of the client in the report.
    pub name: String,
    /// The highest level to check, 2 to 5.
    pub level: u8,
    /// Whether to run the hostile checks too.
    pub hostile: bool,
    /// Whether to stop at the first failure.
    pub first: bool,
    /// Only these checks, and those that they need; all, if it is empty.
    pub only: Vec<String>,
    /// How long an answer may take.
    pub answer: Duration,
    /// How long a client may wait for a server that is silent, in the hostile checks.
    pub patience: Duration,
}

impl ClientOptions {
    /// All checks except the hostile ones.
    ///
    /// # Errors
    /// A sentence about a command line that cannot be read.
    pub fn new(line: &str) -> Result<Self, String> {
        Ok(Self {
            program: (line != "browser").then(|| line.parse()).transpose()?,
            name: line.to_owned(),
            level: 5,
            hostile: false,
            first: false,
            only: Vec::new(),
            answer: Duration::from_secs(2),
            patience: Duration::from_secs(30),
        })
    }
}

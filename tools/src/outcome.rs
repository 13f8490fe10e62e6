//! The outcome of a command.

use std::error::Error;
use std::process::{Command, ExitCode, ExitStatus};

/// An exit code, or a sentence on what went wrong.
pub(crate) type Outcome = Result<ExitCode, Box<dyn Error>>;

/// Runs a command, and says whether it succeeded. If it cannot be started, prints why.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    match command.status() {
        Ok(status) => status.success(),
        Err(error) => {
            eprintln!("{}: {error}", command.get_program().display());
            false
        }
    }
}

/// A child's exit code as our own.
pub(crate) fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}

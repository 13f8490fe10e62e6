//! Running a command to its end.

use std::process::{Command, Stdio};

/// Runs a command to its end, and returns what it printed.
///
/// # Errors
/// What it printed to standard error, if it fails.
pub(crate) fn finish(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().display().to_string();
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{program} cannot be started: {error}"))?;
    let [printed, errors] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    if output.status.success() {
        return Ok(printed);
    }
    Err(format!("{program} failed ({}): {}", output.status, errors.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_a_command_that_fails_has_what_it_printed() {
        let error = finish(Command::new(env!("CARGO")).arg("no-such-command")).unwrap_err();
        assert!(error.contains("failed") && error.contains("no-such-command"), "{error}");
    }
}

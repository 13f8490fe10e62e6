//! `step N`: builds a step and becomes it.

use std::process::Command;

use testkit::{Profile, Step};

use crate::outcome::Outcome;

/// Runs the step with this label and these arguments, until it ends.
pub(crate) fn run(label: &str, arguments: &[String]) -> Outcome {
    let mut command = Command::new(Step::labelled(label)?.build(Profile::Release)?);
    command.args(arguments);
    become_it(command)
}

/// The step takes the place of this process. So nothing is between the step and whoever sends it a
/// signal, and nothing is left behind.
#[cfg(unix)]
fn become_it(mut command: Command) -> Outcome {
    use std::os::unix::process::CommandExt as _;
    let error = command.exec();
    Err(format!("{}: {error}", command.get_program().display()).into())
}

/// On this system, no process can become another: this one waits. A Ctrl-C reaches both, and the
/// step answers it.
#[cfg(not(unix))]
fn become_it(mut command: Command) -> Outcome {
    ctrlc::set_handler(|| {})?;
    let status = command
        .status()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    Ok(crate::outcome::exit_code(status))
}

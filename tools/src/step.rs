//! `step N`: builds a step and becomes it.

use std::process::Command;

use crate::Outcome;
use crate::executable::build;
use crate::steps::Step;

/// Runs a step with these arguments, until it ends.
pub(crate) fn run(step: &Step, arguments: &[&str]) -> Outcome {
    let mut command = Command::new(build(step)?);
    command.args(arguments);
    become_it(command)
}

/// The step takes the place of this process. So there is nobody between it and whoever sends it a
/// signal, and nothing is left behind.
#[cfg(unix)]
fn become_it(mut command: Command) -> Outcome {
    use std::os::unix::process::CommandExt as _;
    let error = command.exec();
    Err(format!("{}: {error}", command.get_program().display()).into())
}

/// No process can become another here: this one waits. A Ctrl-C reaches both, and the step's answer
/// to it is the one that counts.
#[cfg(not(unix))]
fn become_it(mut command: Command) -> Outcome {
    ctrlc::set_handler(|| {})?;
    let status = command
        .status()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    Ok(crate::exit_code(status))
}

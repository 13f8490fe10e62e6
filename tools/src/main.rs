//! What the justfile runs: set-up, tests, a step, a step with its page, a cluster, the exercises.

use std::env;
use std::error::Error;
use std::process::{Command, ExitCode, ExitStatus};

mod apt;
mod cluster;
mod executable;
mod exercises;
mod page;
mod setup;
mod start;
mod step;
mod steps;
mod test;
mod workspace;

use steps::Step;

/// What a command comes to: an exit code, or one line on what went wrong.
type Outcome = Result<ExitCode, Box<dyn Error>>;

const USAGE: &str =
    "usage: tools setup | test | start | cluster | step N [ARGUMENTS…] | exercises [ARGUMENTS…]";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["setup"] => Ok(setup::setup()),
        ["test"] => Ok(test::test()),
        ["cluster"] => cluster::cluster(),
        ["start"] => Step::highest().and_then(|step| start::start(&step)),
        ["step", number, rest @ ..] => {
            Step::numbered(number).and_then(|step| step::run(&step, rest))
        }
        ["exercises", rest @ ..] => exercises::run(rest),
        _ => Err(USAGE.into()),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::FAILURE
    })
}

/// Whether a command ran and was content. If it could not be started, says why.
fn succeeds(command: &mut Command) -> bool {
    match command.status() {
        Ok(status) => status.success(),
        Err(error) => {
            eprintln!("{}: {error}", command.get_program().display());
            false
        }
    }
}

/// A child's exit code as our own. A server that ends because somebody pressed Ctrl-C has done
/// nothing wrong.
fn exit_code(status: ExitStatus) -> ExitCode {
    if status.success() || was_interrupted(status) {
        return ExitCode::SUCCESS;
    }
    status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}

#[cfg(unix)]
fn was_interrupted(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt as _;
    const SIGINT: i32 = 2;
    status.signal() == Some(SIGINT)
}

#[cfg(windows)]
fn was_interrupted(status: ExitStatus) -> bool {
    /// `STATUS_CONTROL_C_EXIT`, 0xc000_013a, as Windows reports it.
    const CONTROL_C_EXIT: i32 = -0x3fff_fec6;
    status.code() == Some(CONTROL_C_EXIT)
}

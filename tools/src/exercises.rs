//! `exercises`: starts `rustlings` on the course, and installs it before if it is missing.

use std::ffi::OsStr;
use std::process::Command;

use testkit::{cargo, find_program, workspace};

use crate::outcome::{Outcome, exit_code, succeeds};

/// The version that the course is checked with.
const RUSTLINGS: &str = "rustlings@6.5.0";

/// Is `rustlings` there, in whatever version?
pub(crate) fn is_there() -> bool {
    find_program(&["rustlings"]).is_some()
}

/// The command that installs it.
pub(crate) fn install_command() -> String {
    format!("cargo {}", install_arguments().join(" "))
}

/// Runs that command, and says whether it worked.
pub(crate) fn install() -> bool {
    succeeds(&mut cargo(&install_arguments()))
}

fn install_arguments() -> [&'static str; 3] {
    ["install", "--locked", RUSTLINGS]
}

/// `rustlings` with these arguments, to be run on the course.
pub(crate) fn rustlings<T: AsRef<OsStr>>(arguments: &[T]) -> Command {
    let mut command = Command::new("rustlings");
    // What a test says about a mistake would drown in backtraces.
    command.args(arguments).current_dir(workspace().join("exercises")).env("RUST_BACKTRACE", "0");
    command
}

/// Runs it, and installs it before if that is needed.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    if !is_there() {
        println!("rustlings shows the exercises, and is missing: {}", install_command());
        if !install() {
            return Err(format!("rustlings could not be installed: {}", install_command()).into());
        }
    }
    let mut rustlings = rustlings(arguments);
    let status = rustlings.status().map_err(|error| {
        format!("rustlings: {error}; is the folder that cargo installs to in your PATH?")
    })?;
    Ok(exit_code(status))
}

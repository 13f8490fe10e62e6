//! `exercises`: starts `rustlings` on the course, and installs it before if it is missing.

use std::ffi::OsStr;
use std::process::Command;

use testkit::{cargo, find_program, workspace};

use crate::first_failure;
use crate::outcome::{Outcome, exit_code, succeeds};

/// The command that installs the version with which the course is tested.
const INSTALL: [&str; 3] = ["install", "--locked", "rustlings@6.5.0"];

/// Is `rustlings` there, in whatever version?
pub(crate) fn is_there() -> bool {
    find_program(&["rustlings"]).is_some()
}

/// The command that installs it.
pub(crate) fn install_command() -> String {
    format!("cargo {}", INSTALL.join(" "))
}

/// Installs it if it is missing, and returns whether it is there now.
pub(crate) fn is_set_up() -> bool {
    if is_there() {
        println!("rustlings: found");
        return true;
    }
    println!("rustlings: missing. Installing it, which takes minutes: {}", install_command());
    let is_installed = succeeds(&mut cargo(&INSTALL));
    println!("rustlings: {}", if is_installed { "installed" } else { "still missing, see above" });
    is_installed
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
    if !is_set_up() {
        return Err(format!("rustlings could not be installed: {}", install_command()).into());
    }
    let mut rustlings = rustlings(arguments);
    rustlings.envs(first_failure::as_runner());
    let status = rustlings.status().map_err(|error| {
        format!("rustlings: {error}; is the folder that cargo installs to in your PATH?")
    })?;
    Ok(exit_code(status))
}

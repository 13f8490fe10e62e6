//! A program that is expected to end by itself.

use std::ffi::OsStr;
use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use crate::PATIENCE;

/// How a program ended: its exit code, and what it printed to either output.
#[derive(Debug)]
pub struct End {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub output: String,
    /// Standard error.
    pub errors: String,
}

/// Runs the program with these arguments until it ends by itself; one that does not is killed, and
/// the test fails.
#[must_use]
#[track_caller]
pub fn runs_to_its_end(program: impl AsRef<OsStr>, arguments: &[&str]) -> End {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program can be started");
    let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
    let (sender, printed) = mpsc::channel();
    thread::spawn(move || {
        let (mut output, mut errors) = (String::new(), String::new());
        let _ = stdout.as_mut().map(|stdout| stdout.read_to_string(&mut output));
        let _ = stderr.as_mut().map(|stderr| stderr.read_to_string(&mut errors));
        let _ = sender.send((output, errors));
    });
    let printed = printed.recv_timeout(PATIENCE);
    // For one that has not ended; otherwise there is nothing left to kill.
    let _ = child.kill();
    let code = child.wait().expect("a child can be waited for").code();
    let (output, errors) = printed.expect("the program should end by itself");
    End { code, output, errors }
}

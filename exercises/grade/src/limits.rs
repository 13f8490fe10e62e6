//! Runs a program with a limit on its time, and on the number of bytes that it prints.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use wait_timeout::ChildExt as _;

/// How often the output of a running program is measured.
const LOOK: Duration = Duration::from_millis(100);
/// The most bytes that a program may print.
const OUTPUT_LIMIT: u64 = 16 * 1024 * 1024;

/// How a program has ended.
pub(crate) enum End {
    Exited(ExitStatus),
    OutOfTime,
    PrintedTooMuch,
}

/// Runs a program that writes into the file `output`, and ends it if it takes or prints too much.
///
/// A pipe that is not emptied would stop the program. A file takes everything.
pub(crate) fn ends(
    command: &mut Command,
    folder: &Path,
    output: &Path,
    at_most: Duration,
) -> io::Result<End> {
    let file = File::create(output)?;
    // A stack overflow, for example, is reported on standard error.
    command.stderr(file.try_clone()?).stdout(file);
    let mut child = command.current_dir(folder).env("RUST_BACKTRACE", "0").spawn()?;
    let end = Instant::now() + at_most;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        let status = child.wait_timeout(left.min(LOOK))?;
        let is_too_much = fs::metadata(output)?.len() > OUTPUT_LIMIT;
        match status {
            _ if is_too_much => return killed(&mut child, End::PrintedTooMuch),
            Some(status) => return Ok(End::Exited(status)),
            None if left.is_zero() => return killed(&mut child, End::OutOfTime),
            None => {}
        }
    }
}

fn killed(child: &mut Child, end: End) -> io::Result<End> {
    // It may have ended meanwhile.
    let _ = child.kill();
    child.wait()?;
    Ok(end)
}

/// Reads what a program has printed, up to the limit.
pub(crate) fn read_start(output: &Path) -> io::Result<String> {
    let mut said = Vec::new();
    File::open(output)?.take(OUTPUT_LIMIT).read_to_end(&mut said)?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}

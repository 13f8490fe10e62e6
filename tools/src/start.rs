//! `start`: runs a step and opens its page.

use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write as _};
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use crate::executable::build;
use crate::steps::Step;
use crate::{Outcome, exit_code, page};

/// What every step prints first, before its address.
const GREETING: &str = "listening on ";
/// How long a step may take to say goodbye to everyone.
const GOODBYE: Duration = Duration::from_secs(5);

enum Event {
    /// The step has closed its standard output: it has ended, or is about to.
    OutputEnded,
    /// Somebody wants this process to end.
    AskedToEnd,
}

/// Runs a step, and opens its page once it listens.
pub(crate) fn start(step: &Step) -> Outcome {
    let executable = build(step)?;
    let (sender, events) = mpsc::channel();
    let asked = sender.clone();
    // Fails only if nobody waits for it any more.
    ctrlc::set_handler(move || drop(asked.send(Event::AskedToEnd)))?;
    let mut command = Command::new(&executable);
    if io::stdout().is_terminal() {
        // The step sees our pipe, and would think that nobody looks.
        command.arg("--verbose");
    }
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}", executable.display()))?;
    if let Some(stdout) = child.stdout.take() {
        thread::spawn(move || passes_on(stdout, &sender));
    }
    let mut event = events.recv().ok();
    if matches!(event, Some(Event::AskedToEnd)) {
        // A Ctrl-C has reached the step as well. It may answer, until a second one or time is up.
        event = events.recv_timeout(GOODBYE).ok();
    }
    if !matches!(event, Some(Event::OutputEnded)) {
        // Fails only if the step has ended by now.
        let _ = child.kill();
        child.wait()?;
        return Ok(ExitCode::SUCCESS);
    }
    Ok(exit_code(child.wait()?))
}

/// Passes the step's output on as it comes, and opens the page that its first line names.
fn passes_on(stdout: impl Read, sender: &Sender<Event>) {
    let mut reader = BufReader::new(stdout);
    let mut line = Vec::new();
    let mut is_first = true;
    let mut ours = io::stdout();
    while matches!(reader.read_until(b'\n', &mut line), Ok(1..)) {
        if ours.write_all(&line).and_then(|()| ours.flush()).is_err() {
            // Nobody reads what the step prints: as good as asking it to end.
            drop(sender.send(Event::AskedToEnd));
            return;
        }
        if is_first && let Some(url) = address_in(&line) {
            page::open(url);
        }
        is_first = false;
        line.clear();
    }
    drop(sender.send(Event::OutputEnded));
}

fn address_in(line: &[u8]) -> Option<String> {
    let line = std::str::from_utf8(line).ok()?;
    line.strip_prefix(GREETING).map(|url| url.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_the_one_that_the_first_line_names() {
        let url = address_in(b"listening on http://127.0.0.1:9005\r\n");
        assert_eq!(url.unwrap(), "http://127.0.0.1:9005");
        assert_eq!(address_in(b"error: no\n"), None);
    }
}

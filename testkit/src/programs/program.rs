//! A running program that keeps what it prints, so that one can wait for a line of it.

use std::ffi::OsStr;
use std::process::{Command, ExitStatus};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::patience::PATIENCE;
use crate::programs::process::{Event, Process, Stream};

/// How long a program that did not start well may take to say why.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A running program, killed when dropped.
#[derive(Debug)]
pub struct Program {
    /// The process that it runs in.
    pub process: Process,
    printed: Printed,
}

impl Program {
    /// Starts a program.
    ///
    /// # Errors
    /// A sentence, if it cannot be started.
    pub fn start(command: Command) -> Result<Self, String> {
        let printed = Printed::default();
        let keeps = printed.clone();
        Ok(Self { process: Process::start(command, move |event| keeps.hear(event))?, printed })
    }

    /// Waits for its first line on standard output.
    ///
    /// # Errors
    /// If it ends or prints nothing there: all that it has printed.
    pub fn first_line(&self, patience: Duration) -> Result<String, String> {
        self.printed.waits_for(Some(Stream::Output), patience, |_| true).ok_or_else(|| {
            let words = self.last_words();
            if words.is_empty() { "it has printed nothing".to_owned() } else { words }
        })
    }

    /// Waits until it has printed a line that `is_it` accepts, to either output, and returns the
    /// first such line; `None` if it ends without one or time is up. Lines printed before the call
    /// count.
    pub fn line(&self, patience: Duration, is_it: impl Fn(&str) -> bool) -> Option<String> {
        self.printed.waits_for(None, patience, is_it)
    }

    /// Waits until it has ended by itself, and returns how; `None` if time is up.
    ///
    /// A process closes its outputs when it ends, and a server has no other reason to.
    pub fn exit_status(&mut self, patience: Duration) -> Option<ExitStatus> {
        self.printed.waits_for_end(patience).then(|| self.process.wait().ok()).flatten()
    }

    /// What it has printed to standard output so far.
    pub fn output(&self) -> String {
        self.printed.text(Some(Stream::Output))
    }

    /// What it has printed to standard error so far.
    pub fn errors(&self) -> String {
        self.printed.text(Some(Stream::Error))
    }

    /// What it has printed to both so far, in the order in which it came.
    pub fn everything(&self) -> String {
        self.printed.text(None)
    }

    /// Returns the output of a program that has failed. It waits a little, because the program may
    /// still be printing the reason.
    pub(crate) fn last_words(&self) -> String {
        self.printed.waits_for_end(LAST_WORDS);
        self.everything()
    }
}

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
#[track_caller]
pub fn runs_to_its_end(program: impl AsRef<OsStr>, arguments: &[&str]) -> End {
    let mut command = Command::new(program);
    command.args(arguments);
    let mut program = Program::start(command).expect("the program can be started");
    let status = program.exit_status(PATIENCE).expect("the program should end by itself");
    End { code: status.code(), output: program.output(), errors: program.errors() }
}

/// The lines that a program has printed so far.
#[derive(Clone, Debug, Default)]
struct Printed {
    shared: Arc<(Mutex<Lines>, Condvar)>,
}

#[derive(Debug, Default)]
struct Lines {
    lines: Vec<(Stream, String)>,
    is_closed: bool,
}

impl Printed {
    /// Keeps what has happened, and notifies who waits for it.
    fn hear(&self, event: Event) {
        let mut lines = self.lock();
        match event {
            Event::Line(stream, line) => lines.lines.push((stream, line)),
            Event::Closed => lines.is_closed = true,
        }
        self.shared.1.notify_all();
    }

    /// Waits for the first line of `stream`, or of both, that `is_it` accepts; `None` when the
    /// program has closed its outputs without it, or time is up.
    fn waits_for(
        &self,
        stream: Option<Stream>,
        patience: Duration,
        is_it: impl Fn(&str) -> bool,
    ) -> Option<String> {
        let mut seen = 0;
        let mut found = None;
        self.waits_until(patience, |lines| {
            found = lines.lines[seen..]
                .iter()
                .find(|(from, line)| stream.is_none_or(|stream| stream == *from) && is_it(line))
                .map(|(_, line)| line.clone());
            seen = lines.lines.len();
            found.is_some() || lines.is_closed
        });
        found
    }

    /// Waits until the program has closed its outputs; `false` when time is up.
    fn waits_for_end(&self, patience: Duration) -> bool {
        self.waits_until(patience, |lines| lines.is_closed)
    }

    /// What came from `stream` so far, or, in the order in which it came, from both.
    fn text(&self, stream: Option<Stream>) -> String {
        let lines = self.lock();
        let lines = lines.lines.iter();
        let wanted = lines.filter(|(from, _)| stream.is_none_or(|stream| stream == *from));
        wanted.map(|(_, line)| line.as_str()).collect::<Vec<_>>().join("\n")
    }

    fn waits_until(&self, patience: Duration, mut is_done: impl FnMut(&Lines) -> bool) -> bool {
        let (_, changed) = &*self.shared;
        let (_lines, timeout) = changed
            .wait_timeout_while(self.lock(), patience, |lines| !is_done(lines))
            .unwrap_or_else(PoisonError::into_inner);
        !timeout.timed_out()
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: Duration = Duration::from_secs(10);

    fn closed(lines: &[(Stream, &str)]) -> Printed {
        let output = Printed::default();
        for (stream, line) in lines {
            output.hear(Event::Line(*stream, (*line).to_owned()));
        }
        output.hear(Event::Closed);
        output
    }

    #[test]
    fn a_line_is_found_whichever_stream_it_came_from() {
        let output =
            closed(&[(Stream::Error, "three"), (Stream::Output, "one"), (Stream::Output, "two")]);
        assert_eq!(output.waits_for(None, TIME, |line| line.contains("thr")).unwrap(), "three");
        assert_eq!(output.waits_for(Some(Stream::Output), TIME, |_| true).unwrap(), "one");
        assert!(output.waits_for_end(TIME));
        assert_eq!(output.text(Some(Stream::Output)), "one\ntwo");
        assert_eq!(output.text(None), "three\none\ntwo");
    }

    #[test]
    fn a_line_that_can_no_longer_come_is_not_waited_for() {
        let output = closed(&[(Stream::Output, "one")]);
        assert_eq!(output.waits_for(None, TIME, |line| line == "two"), None);
    }
}

//! A running program. Its lines are passed on as they come, and it never outlives its owner.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread;

/// Which of its two outputs a program wrote to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Output,
    /// Standard error.
    Error,
}

/// What a program does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It has printed a line, which comes without its end.
    Line(Stream, String),
    /// It has closed both outputs: it has ended, or is about to. This is the last event.
    Closed,
}

/// A running program, killed when dropped.
///
/// Its standard input stays open and empty for as long as this value lives.
#[derive(Debug)]
pub struct Process(pub(super) Child);

impl Process {
    /// Starts a program. Threads read both of its outputs to their ends, because a program stops
    /// when a pipe is full, and give each event to `hear`.
    ///
    /// # Errors
    /// A sentence, if it cannot be started.
    pub fn start(
        mut command: Command,
        hear: impl Fn(Event) + Send + Sync + 'static,
    ) -> Result<Self, String> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| {
            format!("{} cannot be started: {error}", command.get_program().display())
        })?;
        let hear = Arc::new(hear);
        let (hear_output, hear_error) = (Arc::clone(&hear), Arc::clone(&hear));
        let (output, errors) = (child.stdout.take(), child.stderr.take());
        let output = thread::spawn(move || read(output, Stream::Output, &*hear_output));
        let errors = thread::spawn(move || read(errors, Stream::Error, &*hear_error));
        thread::spawn(move || {
            // A thread that panicked reads no more either.
            let _ = (output.join(), errors.join());
            hear(Event::Closed);
        });
        Ok(Self(child))
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Sends a signal, such as `-TERM`; `false` if the process has ended or there are no signals on
    /// this system.
    #[allow(clippy::must_use_candidate, reason = "a process that has ended needs no signal")]
    pub fn signal(&self, signal: &str) -> bool {
        let mut kill = Command::new("kill");
        kill.args([signal, &self.id().to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
        cfg!(unix) && kill.status().is_ok_and(|status| status.success())
    }

    /// Waits until it has ended.
    ///
    /// # Errors
    /// A sentence, if the operating system does not know it.
    pub fn wait(&mut self) -> Result<ExitStatus, String> {
        self.0.wait().map_err(|error| format!("a process cannot be waited for: {error}"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Either fails only if the process has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Passes on each line of a stream. Bytes that are not UTF-8 do not end it.
fn read(stream: Option<impl Read>, source: Stream, hear: &impl Fn(Event)) {
    let lines = stream.into_iter().flat_map(|stream| BufReader::new(stream).split(b'\n'));
    for line in lines.map_while(Result::ok) {
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        hear(Event::Line(source, String::from_utf8_lossy(line).into_owned()));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn lines_come_without_their_ends_and_need_not_be_utf_8() {
        let (sender, events) = mpsc::channel();
        read(Some(&b"one\r\n\xff \ntwo"[..]), Stream::Output, &|event| sender.send(event).unwrap());
        drop(sender);
        let lines = ["one", "\u{fffd} ", "two"];
        let lines = lines.map(|line| Event::Line(Stream::Output, line.to_owned()));
        assert_eq!(events.into_iter().collect::<Vec<_>>(), lines);
    }

    #[test]
    fn the_last_event_is_that_both_outputs_are_closed() {
        let (sender, events) = mpsc::channel();
        let mut command = Command::new(env!("CARGO"));
        command.arg("no-such-command");
        let mut process = Process::start(command, move |event| drop(sender.send(event))).unwrap();
        let events: Vec<Event> = events.into_iter().collect();
        let (last, before) = events.split_last().unwrap();
        assert_eq!(last, &Event::Closed);
        let complains = |event: &Event| matches!(event, Event::Line(Stream::Error, line) if line.contains("no-such-command"));
        assert!(before.iter().any(complains), "{before:?}");
        assert!(!process.wait().unwrap().success());
    }
}

//! A reader's server while it runs. It may print any amount: only a little of it is kept.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use testkit::{Event, Process, Stream, listening_address};

use crate::run::trouble::Trouble;

/// The address that asks for any free port.
const ANY_PORT: &str = "127.0.0.1:0";
/// The time in which a program must print the address on which it listens.
const START: Duration = Duration::from_secs(5);
/// How long a program that has ended may take to print why.
const LAST_WORDS: Duration = Duration::from_millis(50);
/// How many lines are kept of what a program has printed last.
const LINES: usize = 3;
/// How many letters are kept of a line.
const LINE: usize = 140;
/// What the line in which Rust reports a panic contains.
const PANICKED: &str = "panicked at ";
/// What the line begins with that Rust adds to each panic.
const NOTE: &str = "note: run with `RUST_BACKTRACE";

/// The process of the running server, if there is one. Taking it out ends the server.
#[derive(Clone, Debug, Default)]
pub struct Slot(Arc<Mutex<Option<Process>>>);

impl Slot {
    /// Ends the server that runs now.
    pub fn clear(&self) {
        self.lock().take();
    }

    fn lock(&self) -> MutexGuard<'_, Option<Process>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A server that runs, and is ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// The number of its process.
    pub(crate) pid: u32,
    slot: Slot,
    printed: Printed,
}

/// How a server ended by itself, or that a thread of it panicked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The program has ended.
    Ended(Option<ExitStatus>, Vec<String>),
    /// It still runs, and has reported a panic.
    Panicked(Vec<String>),
}

impl Server {
    /// Starts a program on a free port. It waits for a silent client for this many seconds.
    ///
    /// # Errors
    /// Why there is no server.
    pub(crate) fn start(program: &Path, seconds: u64, slot: &Slot) -> Result<Self, Trouble> {
        let mut command = Command::new(program);
        command.args([ANY_PORT, &seconds.to_string()]).env("RUST_BACKTRACE", "0");
        let printed = Printed::default();
        let keeps = printed.clone();
        let process = Process::start(command, move |event| keeps.hear(event))
            .map_err(|why| Trouble::NoProgram { why })?;
        let pid = process.id();
        *slot.lock() = Some(process);
        let mut server =
            Self { address: SocketAddr::from(([0; 4], 0)), pid, slot: slot.clone(), printed };
        let first = server.printed.waits_until(START, |kept| kept.first.is_some());
        match first.first {
            // Another address may be that of another program.
            Some(line) => match listening_address(&line).filter(|one| one.ip().is_loopback()) {
                Some(address) => server.address = address,
                None => return Err(Trouble::OtherLine { line }),
            },
            None if first.is_closed => {
                let last_words = first.last_words();
                return Err(Trouble::Ended { status: server.status(), last_words });
            }
            None => return Err(Trouble::Silent { last_words: first.last_words() }),
        }
        Ok(server)
    }

    /// Returns how it has ended, or that it has panicked; `None` if neither.
    pub(crate) fn end(&self) -> Option<End> {
        let kept = self.printed.waits_until(LAST_WORDS, |_| false);
        if kept.is_closed {
            return Some(End::Ended(self.status(), kept.last_words()));
        }
        (!kept.panic.is_empty()).then_some(End::Panicked(kept.panic))
    }

    /// How a program that has closed its outputs has ended.
    fn status(&self) -> Option<ExitStatus> {
        self.slot.lock().as_mut().and_then(|process| process.wait().ok())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.slot.clear();
    }
}

impl End {
    /// Says it in one sentence, and in the program's last words.
    pub(crate) fn for_people(&self) -> String {
        match self {
            Self::Ended(status, lines) => {
                let status = status.map_or_else(String::new, |status| format!(" ({status})"));
                format!("Your program has ended{status}. {}", lines.join(" "))
            }
            Self::Panicked(lines) => lines.join(" "),
        }
    }
}

/// The output of a program.
#[derive(Clone, Debug, Default)]
struct Printed(Arc<(Mutex<Kept>, Condvar)>);

/// The part of the output that we keep.
#[derive(Clone, Debug, Default)]
struct Kept {
    /// The first line of standard output.
    first: Option<String>,
    /// The last lines of standard output, and of standard error.
    output: VecDeque<String>,
    errors: VecDeque<String>,
    /// The last panic: its place and its message.
    panic: Vec<String>,
    /// Whether nothing more will come.
    is_closed: bool,
}

impl Printed {
    fn hear(&self, event: Event) {
        let (lock, changed) = &*self.0;
        lock.lock().unwrap_or_else(PoisonError::into_inner).hear(event);
        changed.notify_all();
    }

    /// Waits until this is so, or nothing more will come, or time is up.
    fn waits_until(&self, patience: Duration, is_done: impl Fn(&Kept) -> bool) -> Kept {
        let (lock, changed) = &*self.0;
        let kept = lock.lock().unwrap_or_else(PoisonError::into_inner);
        let (kept, _) = changed
            .wait_timeout_while(kept, patience, |kept| !kept.is_closed && !is_done(kept))
            .unwrap_or_else(PoisonError::into_inner);
        kept.clone()
    }
}

impl Kept {
    fn hear(&mut self, event: Event) {
        let Event::Line(stream, line) = event else {
            self.is_closed = true;
            return;
        };
        let line: String = line.chars().take(LINE).collect();
        if stream == Stream::Output && self.first.is_none() {
            self.first = Some(line.clone());
        }
        if line.trim().is_empty() || line.starts_with(NOTE) {
            return;
        }
        if stream == Stream::Error {
            if line.contains(PANICKED) {
                self.panic = vec![line.clone()];
            } else if self.panic.len() == 1 {
                self.panic.push(line.clone());
            }
        }
        let lines = if stream == Stream::Output { &mut self.output } else { &mut self.errors };
        if lines.len() == LINES {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    /// The last lines of standard error, or else of standard output.
    fn last_words(&self) -> Vec<String> {
        let lines = if self.errors.is_empty() { &self.output } else { &self.errors };
        lines.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(lines: &[(Stream, &str)]) -> Kept {
        let mut kept = Kept::default();
        for (stream, line) in lines {
            kept.hear(Event::Line(*stream, (*line).to_owned()));
        }
        kept
    }

    #[test]
    fn the_last_lines_are_kept_and_the_last_panic() {
        let panic = "thread 'main' panicked at src/main.rs:2:5:";
        let kept = kept(&[
            (Stream::Output, "listening"),
            (Stream::Output, "two"),
            (Stream::Error, panic),
            (Stream::Error, "no"),
            (Stream::Error, "note: run with `RUST_BACKTRACE=1` environment variable to …"),
            (Stream::Error, "a"),
            (Stream::Error, ""),
            (Stream::Error, "b"),
            (Stream::Error, "c"),
        ]);
        assert_eq!(kept.first.as_deref(), Some("listening"));
        assert_eq!(kept.panic, [panic, "no"]);
        assert_eq!(kept.last_words(), ["a", "b", "c"]);
    }

    #[test]
    fn a_program_that_prints_no_errors_has_its_output_as_last_words() {
        let kept = kept(&[(Stream::Output, "x".repeat(1000).as_str())]);
        assert_eq!(kept.last_words(), ["x".repeat(LINE)]);
    }
}

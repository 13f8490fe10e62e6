//! What a program prints, gathered by threads, so that a test can wait for a line of it.

use std::io::{BufRead, BufReader, Read};
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::PATIENCE;

/// Which of its two outputs a program wrote to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Standard,
    Error,
}

/// The lines that a program has printed so far.
#[derive(Clone, Default)]
pub(crate) struct Output {
    shared: Arc<(Mutex<Lines>, Condvar)>,
}

#[derive(Default)]
struct Lines {
    lines: Vec<(Source, String)>,
    sources_open: usize,
}

impl Output {
    /// Gathers all that a child prints whose outputs are piped.
    pub(crate) fn of(child: &mut Child) -> Self {
        let output = Self::default();
        if let Some(stdout) = child.stdout.take() {
            output.gathers(Source::Standard, stdout);
        }
        if let Some(stderr) = child.stderr.take() {
            output.gathers(Source::Error, stderr);
        }
        output
    }

    /// Reads a source to its end, in a thread of its own: a program whose output nobody reads
    /// stops once the pipe is full.
    fn gathers(&self, source: Source, reader: impl Read + Send + 'static) {
        self.lock().sources_open += 1;
        let output = self.clone();
        thread::spawn(move || {
            let mut reader = BufReader::new(reader);
            let mut line = Vec::new();
            while matches!(reader.read_until(b'\n', &mut line), Ok(1..)) {
                let text = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
                output.changes(|lines| lines.lines.push((source, text)));
                line.clear();
            }
            output.changes(|lines| lines.sources_open -= 1);
        });
    }

    /// Waits for the first line from `source` that `is_it` says yes to; `None` when the program
    /// has closed its outputs without it, or time is up.
    pub(crate) fn waits_for(
        &self,
        source: Option<Source>,
        is_it: impl Fn(&str) -> bool,
    ) -> Option<String> {
        let mut seen = 0;
        let mut found = None;
        self.waits_until(PATIENCE, |lines| {
            found = lines.lines[seen..]
                .iter()
                .find(|(from, line)| source.is_none_or(|source| source == *from) && is_it(line))
                .map(|(_, line)| line.clone());
            seen = lines.lines.len();
            found.is_some() || lines.sources_open == 0
        });
        found
    }

    /// Waits until the program has closed its outputs; `false` when this much time is up.
    pub(crate) fn waits_for_end(&self, patience: Duration) -> bool {
        self.waits_until(patience, |lines| lines.sources_open == 0)
    }

    /// What came from `source` so far.
    pub(crate) fn text(&self, source: Source) -> String {
        let lines = self.lock();
        let from_source = lines.lines.iter().filter(|(from, _)| *from == source);
        from_source.map(|(_, line)| line.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// What came from both so far, in the order in which it came.
    pub(crate) fn everything(&self) -> String {
        let lines = self.lock();
        lines.lines.iter().map(|(_, line)| line.as_str()).collect::<Vec<_>>().join("\n")
    }

    fn waits_until(&self, patience: Duration, mut is_done: impl FnMut(&Lines) -> bool) -> bool {
        let (_, changed) = &*self.shared;
        let (_lines, timeout) = changed
            .wait_timeout_while(self.lock(), patience, |lines| !is_done(lines))
            .unwrap_or_else(PoisonError::into_inner);
        !timeout.timed_out()
    }

    fn changes(&self, change: impl FnOnce(&mut Lines)) {
        change(&mut self.lock());
        self.shared.1.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_whichever_source_it_came_from() {
        let output = Output::default();
        output.gathers(Source::Standard, &b"one\r\ntwo\n"[..]);
        output.gathers(Source::Error, &b"three \xff"[..]);
        assert_eq!(output.waits_for(None, |line| line.contains("thr")).unwrap(), "three \u{fffd}");
        assert_eq!(output.waits_for(Some(Source::Standard), |_| true).unwrap(), "one");
        assert!(output.waits_for_end(PATIENCE));
        assert_eq!(output.text(Source::Standard), "one\ntwo");
    }

    #[test]
    fn a_line_that_can_no_longer_come_is_not_waited_for() {
        let output = Output::default();
        output.gathers(Source::Standard, &b"one\n"[..]);
        assert_eq!(output.waits_for(None, |line| line == "two"), None);
    }
}

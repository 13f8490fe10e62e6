//! How far all parts of a run have come, in one line.

use std::{
    io::{IsTerminal, Write, stdout},
    sync::atomic::{AtomicUsize, Ordering},
    time::Instant,
};

/// Without a terminal, a line is printed for every so many cases.
const LINES: usize = 100;

/// Counts the cases that have begun, whoever runs them.
pub(crate) struct Progress {
    total: usize,
    begun: AtomicUsize,
    start: Instant,
}

impl Progress {
    /// For a run of `total` cases, from now on.
    pub(crate) fn new(total: usize) -> Self {
        Self { total, begun: AtomicUsize::new(0), start: Instant::now() }
    }

    /// Shows that `judged` has come to a `case`.
    pub(crate) fn begins(&self, judged: &str, case: &str) {
        let begun = self.begun.fetch_add(1, Ordering::Relaxed) + 1;
        let line = self.line(begun, self.start.elapsed().as_secs(), judged, case);
        if stdout().is_terminal() {
            print!("\r{line:<60}");
            // A terminal that is gone has no progress to show.
            let _ = stdout().flush();
        } else if begun.is_multiple_of(LINES) || begun == self.total {
            println!("{line}");
        }
    }

    fn line(&self, begun: usize, seconds: u64, judged: &str, case: &str) -> String {
        let (minutes, seconds, total) = (seconds / 60, seconds % 60, self.total);
        format!("{minutes}:{seconds:02}  {begun:>4} of {total}  {judged}: {case}")
    }

    /// Leaves the line.
    pub(crate) fn ends(&self) {
        if stdout().is_terminal() && self.begun.load(Ordering::Relaxed) > 0 {
            println!();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_how_long_and_who() {
        let line = Progress::new(1551).line(42, 65, "step 5, server", "9.1.1");
        assert_eq!(line, "1:05    42 of 1551  step 5, server: 9.1.1");
    }
}

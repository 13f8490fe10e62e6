//! What the steps print for people, in a way that can neither end nor delay a connection.
//!
//! `println!` panics when standard output is closed, as by `just step 4 | head -1`, and it waits
//! when standard output is a pipe without a reader. So the steps hand their lines over to a thread
//! that does nothing else. When the thread cannot keep up, lines are dropped and counted.

use std::io::{self, Write};
use std::sync::{Condvar, Mutex, MutexGuard, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The most bytes that wait to be printed. The thread may hold as many again.
const PENDING_MAX: usize = 256 * 1024;
/// How long [`wait_until_printed`] waits at most: much longer than an output takes that is read.
const PRINTING_TIME: Duration = Duration::from_millis(500);

static STANDARD_OUTPUT: Output = Output::new(|| Box::new(io::stdout()));
static STANDARD_ERROR: Output = Output::new(|| Box::new(io::stderr()));

/// Prints `line` and a line break on standard output. Returns at once, even if standard output is
/// closed or full.
pub fn print_line(line: &str) {
    STANDARD_OUTPUT.hand_over(line, "\n");
}

/// Prints `line` and a line break on standard error. Returns at once, as [`print_line`] does.
pub fn print_error_line(line: &str) {
    STANDARD_ERROR.hand_over(line, "\n");
}

/// Waits until everything that was handed over has been printed, for at most half a second. To be
/// called at the end of `main`: what has not been printed by then is lost.
pub fn wait_until_printed() {
    let deadline = Instant::now() + PRINTING_TIME;
    STANDARD_OUTPUT.wait_until_printed(deadline);
    STANDARD_ERROR.wait_until_printed(deadline);
}

/// Standard error as a writer, for libraries that log. It never waits and never fails.
#[derive(Clone, Copy, Debug)]
pub struct ErrorWriter;

impl Write for ErrorWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        STANDARD_ERROR.hand_over(&String::from_utf8_lossy(bytes), "");
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One of the two outputs, and the lines that wait for it.
struct Output {
    open: fn() -> Box<dyn Write>,
    thread: Once,
    lines: Mutex<Lines>,
    /// Notified whenever `lines` has changed.
    changed: Condvar,
}

#[derive(Debug)]
struct Lines {
    /// The lines that the thread has not taken yet.
    pending: String,
    /// How many lines were dropped behind those, because there were too many.
    dropped: u64,
    /// Whether the thread is writing lines that it has taken.
    is_writing: bool,
    /// Whether the output is closed: from then on, lines are dropped without being counted.
    is_closed: bool,
}

impl Lines {
    fn is_busy(&mut self) -> bool {
        self.is_writing || !self.pending.is_empty()
    }
}

impl Output {
    const fn new(open: fn() -> Box<dyn Write>) -> Self {
        let lines =
            Lines { pending: String::new(), dropped: 0, is_writing: false, is_closed: false };
        Self { open, thread: Once::new(), lines: Mutex::new(lines), changed: Condvar::new() }
    }

    fn hand_over(&'static self, line: &str, line_break: &str) {
        self.thread.call_once(|| {
            let started = thread::Builder::new().spawn(|| self.print((self.open)()));
            self.lock().is_closed = started.is_err();
        });
        let mut lines = self.lock();
        if lines.is_closed {
            return;
        }
        // After a line was dropped, the next ones are dropped too until the thread has caught up.
        // So it can say where lines are missing.
        if lines.dropped > 0 || lines.pending.len() + line.len() >= PENDING_MAX {
            lines.dropped += 1;
            return;
        }
        lines.pending.push_str(line);
        lines.pending.push_str(line_break);
        self.changed.notify_all();
    }

    /// Prints what is handed over, for as long as `target` can be written to.
    fn print(&self, mut target: Box<dyn Write>) {
        let mut is_closed = false;
        while !is_closed {
            let lines = self.changed.wait_while(self.lock(), |lines| lines.pending.is_empty());
            let mut lines = lines.unwrap_or_else(PoisonError::into_inner);
            let mut text = std::mem::take(&mut lines.pending);
            match std::mem::take(&mut lines.dropped) {
                0 => {}
                dropped => text = format!("{text}… {dropped} lines are missing here\n"),
            }
            lines.is_writing = true;
            drop(lines);
            is_closed = target.write_all(text.as_bytes()).and_then(|()| target.flush()).is_err();
            let mut lines = self.lock();
            lines.is_writing = false;
            lines.is_closed = is_closed;
            if is_closed {
                lines.pending = String::new();
            }
            self.changed.notify_all();
        }
    }

    fn wait_until_printed(&self, deadline: Instant) {
        let time = deadline.saturating_duration_since(Instant::now());
        // Whether the time was enough makes no difference to the caller.
        let _ = self.changed.wait_timeout_while(self.lock(), time, Lines::is_busy);
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// Far longer than anything here takes.
    const PATIENCE: Duration = Duration::from_secs(20);

    /// A target that takes what it is given only when the test says so.
    struct Slow {
        written: Sender<String>,
        may_go_on: Receiver<()>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.written.send(String::from_utf8_lossy(bytes).into_owned());
            self.may_go_on.recv().map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// An output that prints to a [`Slow`] target, what the target was given, and what lets it go on.
    fn slow() -> (&'static Output, Receiver<String>, Sender<()>) {
        let output: &Output = Box::leak(Box::new(Output::new(|| Box::new(io::sink()))));
        let ((written, printed), (go_on, may_go_on)) = (channel(), channel());
        output.thread.call_once(|| {
            thread::spawn(|| output.print(Box::new(Slow { written, may_go_on })));
        });
        (output, printed, go_on)
    }

    #[test]
    fn lines_are_printed_in_order() {
        let (output, printed, go_on) = slow();
        output.hand_over("one", "\n");
        assert_eq!(printed.recv_timeout(PATIENCE).unwrap(), "one\n");
        output.hand_over("two", "\n");
        output.hand_over("three", "\n");
        go_on.send(()).unwrap();
        assert_eq!(printed.recv_timeout(PATIENCE).unwrap(), "two\nthree\n");
    }

    #[test]
    fn what_cannot_be_printed_in_time_is_dropped_and_counted() {
        let (output, printed, go_on) = slow();
        output.hand_over("first", "\n");
        assert_eq!(printed.recv_timeout(PATIENCE).unwrap(), "first\n");
        // The target does not take the first line, and the caller does not have to wait for it.
        let line = "x".repeat(1023);
        for _ in 0..1000 {
            output.hand_over(&line, "\n");
        }
        go_on.send(()).unwrap();
        let text = printed.recv_timeout(PATIENCE).unwrap();
        assert!(text.len() <= PENDING_MAX + 100, "{} bytes were stored", text.len());
        let kept = text.lines().filter(|text| *text == line).count();
        assert!(text.ends_with(&format!("\n… {} lines are missing here\n", 1000 - kept)));
        go_on.send(()).unwrap();
        output.hand_over("last", "\n");
        assert_eq!(printed.recv_timeout(PATIENCE).unwrap(), "last\n");
    }

    #[test]
    fn a_closed_output_ends_the_printing() {
        let (output, printed, go_on) = slow();
        output.hand_over("one", "\n");
        assert_eq!(printed.recv_timeout(PATIENCE).unwrap(), "one\n");
        drop(go_on);
        output.wait_until_printed(Instant::now() + PATIENCE);
        assert!(output.lock().is_closed);
        output.hand_over("two", "\n");
        assert_eq!(output.lock().pending, "");
        assert!(printed.recv_timeout(PATIENCE).is_err(), "the thread has ended");
    }

    #[test]
    fn the_end_waits_for_what_is_being_printed_and_no_longer_than_it_may() {
        let (output, printed, go_on) = slow();
        output.hand_over("one", "\n");
        assert_eq!(printed.recv_timeout(PATIENCE).unwrap(), "one\n");
        let began = Instant::now();
        output.wait_until_printed(began + Duration::from_millis(50));
        assert!(began.elapsed() >= Duration::from_millis(50), "it did not wait");
        go_on.send(()).unwrap();
        output.wait_until_printed(Instant::now() + PATIENCE);
        assert!(began.elapsed() < PATIENCE, "it waited although everything was printed");
    }
}

//! What is different on a terminal: colours, and a line that shows how far a run has come.

use std::env;
use std::io::{IsTerminal, Write as _, stderr, stdout};

/// The codes of a terminal for the ways to show a text.
pub(crate) const BOLD: &str = "1";
pub(crate) const DIM: &str = "2";
pub(crate) const RED: &str = "31";
pub(crate) const GREEN: &str = "32";

/// Whether standard output is a terminal, and `NO_COLOR` is not set.
pub(crate) fn has_colours() -> bool {
    stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Returns the text in one of the ways above, or plain if there are no `colours`.
pub(crate) fn painted(colours: bool, way: &str, text: &str) -> String {
    if colours { format!("\x1b[{way}m{text}\x1b[0m") } else { text.to_owned() }
}

/// Shows this text in place of the last one, if standard error is a terminal. An empty text leaves
/// the line free.
pub(crate) fn show_progress(text: &str) {
    if stderr().is_terminal() {
        // A terminal that has gone needs no progress.
        let _ = write!(stderr(), "\r\x1b[K{text}");
    }
}

//! How far a long run has come.

use std::io::{IsTerminal as _, Write as _, stderr};

/// Shows this text in place of the last one, if standard error is a terminal. An empty text leaves
/// the line free.
pub fn show_progress(text: &str) {
    if stderr().is_terminal() {
        // A terminal that has gone needs no progress.
        let _ = write!(stderr(), "\r\x1b[K{text}");
    }
}

//! What is different on a terminal: colours.

use std::env;
use std::io::{ErrorKind, IsTerminal, Write as _, stdout};

/// The code of a terminal for a text that stands out.
pub const BOLD: &str = "1";
/// The code for dimmed text.
pub const DIM: &str = "2";
/// The code for a failure.
pub const RED: &str = "31";
/// The code for a success.
pub const GREEN: &str = "32";

/// Whether standard output is a terminal, and `NO_COLOR` is not set.
pub fn has_colours() -> bool {
    stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Returns the text in one of the ways above, or plain if there are no `colours`.
pub fn painted(colours: bool, way: &str, text: &str) -> String {
    if colours { format!("\x1b[{way}m{text}\x1b[0m") } else { text.to_owned() }
}

/// Prints a text on standard output. A reader that has gone, such as `head`, has read enough.
///
/// # Errors
/// A sentence, if it cannot be written for another reason.
pub fn print(text: &str) -> Result<(), String> {
    let mut stdout = stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(format!("standard output cannot be written: {error}"))
        }
        _ => Ok(()),
    }
}

//! Replaces the first ampersand, and not the others.
//!
//! Fails: an_escape_that_was_written_is_read_as_an_escape
//!   "somebody wrote an escape, and the reader must see it as it was written"
//! Fails: what_was_written_is_what_is_read
//!   "the reader must see what was written"

/// Returns HTML that shows the text as it was written.
fn escape(text: &str) -> String {
    text.replacen('&', "&amp;", 1)
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

//! Removes script tags, and escapes nothing.
//!
//! Fails: a_script_is_a_text
//!   "a browser would run this script in everybody's page (F17)"
//! Fails: a_text_cannot_leave_its_attribute
//!   "the text ends the attribute that it is in, and begins another (F17)"
//! Fails: an_escape_that_was_written_is_read_as_an_escape
//!   "somebody wrote an escape, and the reader must see it as it was written"
//! Fails: what_was_written_is_what_is_read
//!   "the reader must see what was written"

/// Returns HTML that shows the text as it was written.
fn escape(text: &str) -> String {
    text.replace("<script>", "").replace("</script>", "")
}

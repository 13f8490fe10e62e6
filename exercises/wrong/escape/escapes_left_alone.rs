//! Leaves an ampersand alone that seems to begin an escape.
//!
//! Fails: an_escape_that_was_written_is_read_as_an_escape
//!   "somebody wrote an escape, and the reader must see it as it was written"

/// Returns HTML that shows the text as it was written.
fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for (index, character) in text.char_indices() {
        let is_escape =
            ["&amp;", "&quot;", "&#39;"].iter().any(|one| text[index..].starts_with(one));
        match character {
            '&' if is_escape => html.push('&'),
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(character),
        }
    }
    html
}

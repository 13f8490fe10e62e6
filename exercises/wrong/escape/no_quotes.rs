//! Escapes three characters in the right order, and not the quotes.
//!
//! Fails: a_text_cannot_leave_its_attribute
//!   "the text ends the attribute that it is in, and begins another (F17)"

/// Returns HTML that shows the text as it was written.
fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    // Each character is escaped once, so that no escape is escaped again.
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            _ => html.push(character),
        }
    }
    html
}

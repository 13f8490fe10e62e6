//! Escapes in the right order, and leaves the quotes.
//!
//! Fails: a_text_cannot_leave_its_attribute
//!   "the text has left its attribute"

/// The text as HTML that shows it.
fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    // Each character once, so that no escape is escaped again.
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

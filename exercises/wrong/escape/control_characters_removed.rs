//! Removes control characters, line breaks among them.
//!
//! Fails: other_text_stays_as_it_is
//!   "there is nothing to escape here, and nothing may change"

/// Returns HTML that shows the text as it was written.
fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    // Each character is escaped once, so that no escape is escaped again.
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ if character.is_control() => {}
            _ => html.push(character),
        }
    }
    html
}

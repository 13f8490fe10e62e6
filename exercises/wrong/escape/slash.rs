//! Escapes the slash as well, which stands for itself.
//!
//! Fails: a_script_is_a_text
//!   "a browser would run this script in everybody's page (F17)"
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
            '/' => html.push_str("&#47;"),
            _ => html.push(character),
        }
    }
    html
}

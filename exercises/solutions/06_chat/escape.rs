//! A solution of `escape`: text is not markup.

/// The text as HTML that shows it.
fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    // Each character once, so that no escape is escaped again.
    for character in text.chars() {
        match character {
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

fn main() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_a_text() {
        let html = escape("<script>alert(1)</script>");
        assert!(!html.contains('<'), "a script has come into everybody's page (F17): {html}");
    }

    #[test]
    fn what_was_written_is_what_is_read() {
        let why = "escaped twice: the reader sees the escape";
        assert_eq!(escape("1 < 2"), "1 &lt; 2", "{why}");
        assert_eq!(escape("a > b"), "a &gt; b", "{why}");
        assert_eq!(escape("R&D"), "R&amp;D", "an ampersand is escaped");
        assert_eq!(escape("&lt;"), "&amp;lt;", "who writes an escape wants to see one");
    }

    #[test]
    fn a_text_cannot_leave_its_attribute() {
        for (text, html) in
            [("\" onclick=\"x", "&quot; onclick=&quot;x"), ("' x='", "&#39; x=&#39;")]
        {
            assert_eq!(escape(text), html, "the text has left its attribute (F17)");
        }
    }

    #[test]
    fn other_text_stays_as_it_is() {
        assert_eq!(escape("café 日本 🦀"), "café 日本 🦀", "nothing to escape");
    }
}

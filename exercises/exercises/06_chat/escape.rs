//! # Text is not markup
//!
//! The tutorials put what somebody wrote into the page with `innerHTML`, and so anybody can put a
//! script into everybody's page (fault F17). A page does best to use `textContent`, which cannot go
//! wrong. Where a server must write HTML itself, it has to escape five characters. This one knows
//! about three, and gets to the ampersand when it has written some itself.
//!
//! Make `escape` right: `&amp;`, `&lt;`, `&gt;`, `&quot;` and `&#39;`.
//!
//! Fails: what_was_written_is_what_is_read
//!   "escaped twice: the reader sees the escape"
//! Fails: a_text_cannot_leave_its_attribute
//!   "the text has left its attribute (F17)"
//!
//! Chapter: book/src/06-chat.md#exercises

/// The text as HTML that shows it.
fn escape(text: &str) -> String {
    // TODO: in which order? And where else may a text stand?
    text.replace('<', "&lt;").replace('>', "&gt;").replace('&', "&amp;")
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

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

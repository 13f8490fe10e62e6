//! # Text is not markup
//!
//! To put a message into the page with `innerHTML` is a common mistake: anybody can then put a
//! script into everybody's page (fault F17). This server escapes three of the five characters that
//! matter, and escapes the ampersands that it has just written as well.
//!
//! A page should use `textContent`, which needs no escaping. Where a server must write HTML itself,
//! it has to escape. Make `escape` right: `&amp;`, `&lt;`, `&gt;`, `&quot;` and `&#39;`, and no
//! other change.
//!
//! Fails: a_script_is_a_text
//!   "a browser would run this script in everybody's page (F17)"
//! Fails: a_text_cannot_leave_its_attribute
//!   "the text ends the attribute that it is in, and begins another (F17)"
//! Fails: what_was_written_is_what_is_read
//!   "the reader must see what was written"
//!
//! Chapter: book/src/06a-room.md#exercises

/// Returns HTML that shows the text as it was written.
fn escape(text: &str) -> String {
    // TODO: in which order? And in which other places may a text be?
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
        let mistake = "a browser would run this script in everybody's page (F17)";
        expect("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;", mistake);
    }

    #[test]
    fn what_was_written_is_what_is_read() {
        let mistake = "the reader must see what was written";
        expect("1 < 2", "1 &lt; 2", mistake);
        expect("a > b", "a &gt; b", mistake);
        expect("R&D & so on", "R&amp;D &amp; so on", mistake);
        expect("<<>>&&", "&lt;&lt;&gt;&gt;&amp;&amp;", mistake);
    }

    #[test]
    fn an_escape_that_was_written_is_read_as_an_escape() {
        let mistake = "somebody wrote an escape, and the reader must see it as it was written";
        expect("&lt;", "&amp;lt;", mistake);
        expect("&amp;", "&amp;amp;", mistake);
        expect("&#39; &quot; &copy;", "&amp;#39; &amp;quot; &amp;copy;", mistake);
    }

    #[test]
    fn a_text_cannot_leave_its_attribute() {
        let mistake = "the text ends the attribute that it is in, and begins another (F17)";
        expect("\" onclick=\"x", "&quot; onclick=&quot;x", mistake);
        expect("' onclick='x", "&#39; onclick=&#39;x", mistake);
        expect("<\"'&'\">", "&lt;&quot;&#39;&amp;&#39;&quot;&gt;", mistake);
    }

    #[test]
    fn other_text_stays_as_it_is() {
        let mistake = "there is nothing to escape here, and nothing may change";
        for text in ["", "café 日本 🦀", " two  spaces ", "two\nlines\r\n\tand a tab", "a/b=c;`#1`"]
        {
            expect(text, text, mistake);
        }
        for character in ('\0'..='\u{ff}').filter(|character| !"&<>\"'".contains(*character)) {
            expect(&character.to_string(), &character.to_string(), mistake);
        }
    }

    #[track_caller]
    fn expect(text: &str, expected: &str, mistake: &str) {
        let yours = escape(text);
        assert!(
            yours == expected,
            "{mistake}\n  text:     {text:?}\n  yours:    {yours:?}\n  expected: {expected:?}"
        );
    }
}

//! A solution of `utf8_in_pieces`: a character that comes in two halves.

/// A text that is arriving in fragments.
#[derive(Default)]
struct Text {
    /// The first bytes of a character that is not finished yet: at most three.
    unfinished: Vec<u8>,
}

impl Text {
    /// Takes the next fragment. Fails with 1007 as soon as this can become no text any more.
    fn push(&mut self, fragment: &[u8]) -> Result<(), u16> {
        self.unfinished.extend_from_slice(fragment);
        let whole = match str::from_utf8(&self.unfinished) {
            Ok(_) => self.unfinished.len(),
            // `error_len` knows the difference: `None` is a character that merely ends too soon.
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => return Err(1007),
        };
        self.unfinished.drain(..whole);
        Ok(())
    }

    /// The message is over. Fails with 1007 if its last character is not whole.
    fn finish(self) -> Result<(), u16> {
        if self.unfinished.is_empty() { Ok(()) } else { Err(1007) }
    }
}

fn main() {}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fragments: &[&[u8]]) -> Result<(), u16> {
        let mut text = Text::default();
        fragments.iter().try_for_each(|fragment| text.push(fragment))?;
        text.finish()
    }

    #[test]
    fn a_text_in_one_fragment_is_a_text() {
        assert_eq!(read(&["café, 日本, 🦀".as_bytes()]), Ok(()), "all of this is UTF-8");
    }

    #[test]
    fn a_character_may_be_cut() {
        let bytes = "é日🦀".as_bytes();
        for cut in 0..bytes.len() {
            let (first, second) = bytes.split_at(cut);
            let why = "a character that is cut in two is no error yet";
            assert_eq!(read(&[first, second]), Ok(()), "{why}: cut after {cut} bytes");
        }
        let bytes: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(read(&bytes), Ok(()), "nor is one in four pieces");
    }

    #[test]
    fn an_impossible_byte_is_refused_at_once() {
        let mut text = Text::default();
        assert_eq!(text.push(b"caf"), Ok(()), "this is a text so far");
        let why = "no text goes on like this: refuse it before its end";
        assert_eq!(text.push(b"\xff"), Err(1007), "{why}");
        // The first half of a character, and then something that is no second half.
        let mut text = Text::default();
        let pushed = text.push(b"caf\xc3").and_then(|()| text.push(b"e"));
        assert_eq!(pushed, Err(1007), "{why}");
    }

    #[test]
    fn a_surrogate_is_no_character() {
        assert_eq!(read(&[b"\xed\xa0\x80"]), Err(1007), "U+D800 has no place in UTF-8");
    }

    #[test]
    fn a_text_does_not_end_within_a_character() {
        assert_eq!(read(&[b"caf\xc3"]), Err(1007), "half a character at the end is an error");
    }
}

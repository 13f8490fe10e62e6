//! Refuses an empty text.
//!
//! Fails: a_text_in_one_fragment_is_a_text
//!   "an empty text is a text"

/// A text that is arriving in fragments.
#[derive(Default)]
struct Text {
    bytes: Vec<u8>,
}

impl Text {
    /// Takes the next fragment. Fails with 1007 as soon as the text cannot become right any more.
    fn push(&mut self, fragment: &[u8]) -> Result<(), u16> {
        self.bytes.extend_from_slice(fragment);
        match str::from_utf8(&self.bytes) {
            Err(error) if error.error_len().is_some() => Err(1007),
            _ => Ok(()),
        }
    }

    /// The message has ended. Fails with 1007 if its last character is not complete.
    fn finish(self) -> Result<(), u16> {
        match String::from_utf8(self.bytes) {
            Ok(text) if !text.is_empty() => Ok(()),
            _ => Err(1007),
        }
    }
}

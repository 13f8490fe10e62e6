//! Waits for as many bytes as the first byte of a character announces.
//!
//! Fails: a_character_has_one_form_only
//!   "a longer form than the character needs is not UTF-8"
//! Fails: a_surrogate_is_no_character
//!   "ed a0 begins a surrogate (U+D800), which has no place in UTF-8"
//! Fails: an_impossible_byte_is_refused_at_once
//!   "the character cannot be completed any more: refuse it at once"

/// A text that is arriving in fragments.
#[derive(Default)]
struct Text {
    /// The first bytes of a character that is not complete yet: at most three.
    unfinished: Vec<u8>,
}

impl Text {
    /// Takes the next fragment. Fails with 1007 as soon as the text cannot become right any more.
    fn push(&mut self, fragment: &[u8]) -> Result<(), u16> {
        for byte in fragment {
            self.unfinished.push(*byte);
            let length = match self.unfinished[0] {
                0xc2..=0xdf => 2,
                0xe0..=0xef => 3,
                0xf0..=0xf4 => 4,
                _ => 1,
            };
            if self.unfinished.len() == length {
                str::from_utf8(&self.unfinished).map_err(|_| 1007_u16)?;
                self.unfinished.clear();
            }
        }
        Ok(())
    }

    /// The message has ended. Fails with 1007 if its last character is not complete.
    fn finish(self) -> Result<(), u16> {
        if self.unfinished.is_empty() { Ok(()) } else { Err(1007) }
    }
}

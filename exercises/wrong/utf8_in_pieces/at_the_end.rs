//! Collects the whole message and checks it at its end.
//!
//! Fails: a_character_has_one_form_only
//!   "a longer form than the character needs is not UTF-8"
//! Fails: a_surrogate_is_no_character
//!   "ed a0 begins a surrogate (U+D800), which has no place in UTF-8"
//! Fails: an_impossible_byte_is_refused_at_once
//!   "no text contains the byte ff: refuse it when it comes"

/// A text that is arriving in fragments.
#[derive(Default)]
struct Text {
    /// The first bytes of a character that is not complete yet: at most three.
    unfinished: Vec<u8>,
}

impl Text {
    /// Takes the next fragment. Fails with 1007 as soon as the text cannot become right any more.
    fn push(&mut self, fragment: &[u8]) -> Result<(), u16> {
        self.unfinished.extend_from_slice(fragment);
        Ok(())
    }

    /// The message has ended. Fails with 1007 if its last character is not complete.
    fn finish(self) -> Result<(), u16> {
        str::from_utf8(&self.unfinished).map(drop).map_err(|_| 1007)
    }
}

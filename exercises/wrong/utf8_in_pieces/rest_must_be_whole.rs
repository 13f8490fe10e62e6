//! Completes the unfinished character, and then wants a whole text.
//!
//! Fails: a_fragment_may_end_one_character_and_begin_another
//!   "one fragment ends a character and begins another, and the next ends that"

/// A text that is arriving in fragments.
#[derive(Default)]
struct Text {
    /// The first bytes of a character that is not complete yet: at most three.
    unfinished: Vec<u8>,
}

impl Text {
    /// Takes the next fragment. Fails with 1007 as soon as the text cannot become right any more.
    fn push(&mut self, fragment: &[u8]) -> Result<(), u16> {
        let was_unfinished = !self.unfinished.is_empty();
        let mut rest = fragment;
        while let ([first, others @ ..], false) = (rest, self.unfinished.is_empty()) {
            self.unfinished.push(*first);
            rest = others;
            match str::from_utf8(&self.unfinished) {
                Ok(_) => self.unfinished.clear(),
                Err(error) if error.error_len().is_none() => {}
                Err(_) => return Err(1007),
            }
        }
        match str::from_utf8(rest) {
            Ok(_) => Ok(()),
            Err(error) if error.error_len().is_none() && !was_unfinished => {
                self.unfinished.extend_from_slice(&rest[error.valid_up_to()..]);
                Ok(())
            }
            Err(_) => Err(1007),
        }
    }

    /// The message has ended. Fails with 1007 if its last character is not complete.
    fn finish(self) -> Result<(), u16> {
        if self.unfinished.is_empty() { Ok(()) } else { Err(1007) }
    }
}

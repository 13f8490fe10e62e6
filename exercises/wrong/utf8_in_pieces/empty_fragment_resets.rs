//! Forgets the unfinished character when an empty fragment comes.
//!
//! Fails: an_empty_fragment_changes_nothing
//!   "an empty fragment within a character changes nothing"

/// A text that is arriving in fragments.
#[derive(Default)]
struct Text {
    /// The first bytes of a character that is not complete yet: at most three.
    unfinished: Vec<u8>,
}

impl Text {
    /// Takes the next fragment. Fails with 1007 as soon as the text cannot become right any more.
    fn push(&mut self, fragment: &[u8]) -> Result<(), u16> {
        if fragment.is_empty() {
            self.unfinished.clear();
        }
        self.unfinished.extend_from_slice(fragment);
        let whole = match str::from_utf8(&self.unfinished) {
            Ok(_) => self.unfinished.len(),
            // `error_len` is `None` if the bytes may be the beginning of a character.
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => return Err(1007),
        };
        self.unfinished.drain(..whole);
        Ok(())
    }

    /// The message has ended. Fails with 1007 if its last character is not complete.
    fn finish(self) -> Result<(), u16> {
        if self.unfinished.is_empty() { Ok(()) } else { Err(1007) }
    }
}

//! Collects the whole message and checks it at its end.
//!
//! Fails: an_impossible_byte_is_refused_at_once
//!   "no text goes on like this: refuse it before its end"

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
        Ok(())
    }

    /// The message is over. Fails with 1007 if its last character is not whole.
    fn finish(self) -> Result<(), u16> {
        str::from_utf8(&self.unfinished).map(drop).map_err(|_| 1007)
    }
}

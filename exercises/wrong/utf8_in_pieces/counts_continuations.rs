//! Counts the continuation bytes, and forgets forms that are too long.
//!
//! Fails: a_character_has_one_form_only
//!   "a longer form than the character needs is not UTF-8"

/// A text that is arriving in fragments.
#[derive(Default)]
struct Text {
    /// The byte before this one.
    before: u8,
    /// Bytes that the character still needs.
    missing: u8,
}

impl Text {
    /// Takes the next fragment. Fails with 1007 as soon as the text cannot become right any more.
    fn push(&mut self, fragment: &[u8]) -> Result<(), u16> {
        for byte in fragment {
            self.missing = match (self.missing, byte) {
                // A surrogate.
                (2, 0xa0..=0xbf) if self.before == 0xed => return Err(1007),
                (1.., 0x80..=0xbf) => self.missing - 1,
                (0, 0x00..=0x7f) => 0,
                (0, 0xc0..=0xdf) => 1,
                (0, 0xe0..=0xef) => 2,
                (0, 0xf0..=0xf7) => 3,
                _ => return Err(1007),
            };
            self.before = *byte;
        }
        Ok(())
    }

    /// The message has ended. Fails with 1007 if its last character is not complete.
    fn finish(self) -> Result<(), u16> {
        if self.missing == 0 { Ok(()) } else { Err(1007) }
    }
}

//! Is it UTF-8 so far? Answered as the bytes come, each of them looked at once. RFC 6455 §8.1.

use simdutf8::compat::from_utf8;

use crate::Failure;

/// The longest character, in bytes.
const CHARACTER_MAX: usize = 4;

/// A text that is arriving in pieces, which may end in the middle of a character.
#[derive(Clone, Debug, Default)]
pub struct Utf8 {
    /// The first bytes of a character that is not finished yet, and how many they are.
    unfinished: [u8; CHARACTER_MAX],
    count: usize,
}

// ANCHOR: check
impl Utf8 {
    /// Checks the next piece.
    ///
    /// # Errors
    /// [`Failure::NotUtf8`] at the first byte after which no text could follow. A character that is
    /// merely unfinished is none.
    pub fn push(&mut self, mut piece: &[u8]) -> Result<(), Failure> {
        while self.count > 0
            && let Some((&byte, rest)) = piece.split_first()
        {
            piece = rest;
            self.unfinished[self.count] = byte;
            self.count += 1;
            if unfinished(&self.unfinished[..self.count])?.is_empty() {
                self.count = 0;
            }
        }
        let unfinished = unfinished(piece)?;
        if !unfinished.is_empty() {
            self.unfinished[..unfinished.len()].copy_from_slice(unfinished);
            self.count = unfinished.len();
        }
        Ok(())
    }

    /// The text is over: is its last character whole?
    ///
    /// # Errors
    /// [`Failure::NotUtf8`] if it is not.
    #[inline]
    pub fn finish(&mut self) -> Result<(), Failure> {
        if std::mem::take(&mut self.count) == 0 { Ok(()) } else { Err(Failure::NotUtf8) }
    }
}

/// The bytes at the end of a text that are a character's first ones, and not yet all of it.
fn unfinished(text: &[u8]) -> Result<&[u8], Failure> {
    match from_utf8(text) {
        Ok(_) => Ok(&[]),
        Err(error) if error.error_len().is_some() => Err(Failure::NotUtf8),
        Err(error) => Ok(&text[error.valid_up_to()..]),
    }
}
// ANCHOR_END: check

//! A check of UTF-8 for a text that arrives in pieces (RFC 6455 §8.1). It looks at each byte once,
//! and a second time only at the bytes of a character that was cut.

use simdutf8::compat::from_utf8;

use super::failure::Failure;

/// The longest character, in bytes.
const CHARACTER_MAX: usize = 4;

// ANCHOR: utf8
/// The state of a text that arrives in pieces. A piece may end in the middle of a character.
#[derive(Clone, Debug, Default)]
pub struct Utf8 {
    /// The bytes of a character that have arrived, while others have not.
    unfinished: [u8; CHARACTER_MAX],
    /// The number of these bytes.
    count: u8,
}
// ANCHOR_END: utf8

impl Utf8 {
    // ANCHOR: push
    /// Checks the next piece.
    ///
    /// # Errors
    /// [`Failure::NotUtf8`] at the first byte that no valid text can have there. An unfinished
    /// character at the end of the piece is not an error.
    pub fn push(&mut self, mut piece: &[u8]) -> Result<(), Failure> {
        while self.count > 0
            && let Some((&byte, rest)) = piece.split_first()
        {
            piece = rest;
            let place = usize::from(self.count);
            self.unfinished[place] = byte;
            let is_whole = unfinished(&self.unfinished[..=place])?.is_empty();
            self.count = if is_whole { 0 } else { self.count + 1 };
        }
        let unfinished = unfinished(piece)?;
        if !unfinished.is_empty() {
            self.unfinished[..unfinished.len()].copy_from_slice(unfinished);
            self.count = u8::try_from(unfinished.len()).unwrap_or(u8::MAX);
        }
        Ok(())
    }
    // ANCHOR_END: push

    /// Checks that the text does not end in the middle of a character.
    ///
    /// # Errors
    /// [`Failure::NotUtf8`] if it does.
    pub fn finish(&mut self) -> Result<(), Failure> {
        if std::mem::take(&mut self.count) == 0 { Ok(()) } else { Err(Failure::NotUtf8) }
    }
}

// ANCHOR: unfinished
/// Returns the bytes of an unfinished character at the end of `text`: none, if there is no such
/// character.
fn unfinished(text: &[u8]) -> Result<&[u8], Failure> {
    match from_utf8(text) {
        Ok(_) => Ok(&[]),
        Err(error) if error.error_len().is_some() => Err(Failure::NotUtf8),
        Err(error) => Ok(&text[error.valid_up_to()..]),
    }
}
// ANCHOR_END: unfinished

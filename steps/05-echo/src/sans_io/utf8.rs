//! Checks UTF-8 while a text arrives, each byte once (RFC 6455 §8.1).

use simdutf8::compat::from_utf8;

use super::failure::Failure;

/// The longest character, in bytes.
const CHARACTER_MAX: usize = 4;

/// The state of a text that arrives in pieces, which may end in the middle of a character.
#[derive(Clone, Debug, Default)]
pub struct Utf8 {
    /// The first bytes of a character whose last bytes have not arrived, and their number.
    unfinished: [u8; CHARACTER_MAX],
    count: u8,
}

// ANCHOR: check
impl Utf8 {
    /// Checks the next piece.
    ///
    /// # Errors
    /// [`Failure::NotUtf8`] at the first byte that no valid text can have there. A character that is
    /// only unfinished is not an error.
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

    /// Checks that the text does not end in the middle of a character.
    ///
    /// # Errors
    /// [`Failure::NotUtf8`] if it does.
    pub fn finish(&mut self) -> Result<(), Failure> {
        if std::mem::take(&mut self.count) == 0 { Ok(()) } else { Err(Failure::NotUtf8) }
    }
}

/// Returns the unfinished character at the end of `text`, or nothing.
fn unfinished(text: &[u8]) -> Result<&[u8], Failure> {
    match from_utf8(text) {
        Ok(_) => Ok(&[]),
        Err(error) if error.error_len().is_some() => Err(Failure::NotUtf8),
        Err(error) => Ok(&text[error.valid_up_to()..]),
    }
}
// ANCHOR_END: check

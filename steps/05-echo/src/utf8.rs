//! Is it UTF-8 so far? Answered as the bytes come, each of them looked at once. RFC 6455 §8.1.

use simdutf8::compat::from_utf8;

use crate::Failure;

/// The longest character that can be unfinished, in bytes: four make a whole one.
const UNFINISHED_MAX: usize = 3;

/// A text that is arriving in pieces, which may end in the middle of a character.
#[derive(Clone, Debug, Default)]
pub struct Utf8 {
    /// The first bytes of a character that is not finished yet.
    unfinished: [u8; UNFINISHED_MAX],
    /// How many they are.
    count: u8,
}

impl Utf8 {
    // ANCHOR: push
    /// Checks the next piece.
    ///
    /// # Errors
    /// [`Failure::NotUtf8`] at the first byte after which no text could follow. A character that is
    /// merely unfinished is none.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), Failure> {
        let rest = if self.count == 0 { piece } else { self.finish_character(piece)? };
        let Err(error) = from_utf8(rest) else { return Ok(()) };
        if error.error_len().is_some() {
            return Err(Failure::NotUtf8);
        }
        let unfinished = &rest[error.valid_up_to()..];
        self.keep(unfinished);
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
    // ANCHOR_END: push

    /// Takes bytes from `piece` until the unfinished character is whole, and returns the others.
    fn finish_character<'piece>(&mut self, piece: &'piece [u8]) -> Result<&'piece [u8], Failure> {
        let mut character = [0; UNFINISHED_MAX + 1];
        let mut length = usize::from(self.count);
        character[..length].copy_from_slice(&self.unfinished[..length]);
        for (index, &byte) in piece.iter().enumerate() {
            character[length] = byte;
            length += 1;
            match std::str::from_utf8(&character[..length]) {
                Ok(_) => {
                    self.count = 0;
                    return Ok(&piece[index + 1..]);
                }
                Err(error) if error.error_len().is_some() => return Err(Failure::NotUtf8),
                Err(_) => {}
            }
        }
        self.keep(&character[..length]);
        Ok(&[])
    }

    /// Keeps an unfinished character until the next piece.
    fn keep(&mut self, unfinished: &[u8]) {
        self.unfinished[..unfinished.len()].copy_from_slice(unfinished);
        self.count = u8::try_from(unfinished.len()).unwrap_or(u8::MAX);
    }
}

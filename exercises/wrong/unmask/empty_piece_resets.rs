//! Begins again with the first byte of the key after an empty piece.
//!
//! Fails: an_empty_piece_changes_nothing
//!   "an empty piece must leave the place in the key as it was"

/// Unmasks the payload of one frame, piece by piece.
struct Unmasker {
    key: [u8; 4],
    /// How many bytes of the payload have been unmasked so far.
    offset: usize,
}

impl Unmasker {
    fn new(key: [u8; 4]) -> Self {
        Self { key, offset: 0 }
    }

    /// Unmasks the next piece.
    fn unmask(&mut self, piece: &mut [u8]) {
        for (index, byte) in piece.iter_mut().enumerate() {
            *byte ^= self.key[(self.offset + index) % 4];
        }
        self.offset = if piece.is_empty() { 0 } else { self.offset + piece.len() };
    }
}

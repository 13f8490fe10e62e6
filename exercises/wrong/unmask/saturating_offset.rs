//! Counts in a `u8` that stays at 255 instead of overflowing.
//!
//! Fails: a_payload_may_be_long
//!   "a long payload in pieces of 1000 bytes comes out wrong: byte 1000"

/// Unmasks the payload of one frame, piece by piece.
struct Unmasker {
    key: [u8; 4],
    /// How many bytes of the payload have been unmasked so far.
    offset: u8,
}

impl Unmasker {
    fn new(key: [u8; 4]) -> Self {
        Self { key, offset: 0 }
    }

    /// Unmasks the next piece.
    fn unmask(&mut self, piece: &mut [u8]) {
        for (index, byte) in piece.iter_mut().enumerate() {
            *byte ^= self.key[(usize::from(self.offset) + index) % 4];
        }
        self.offset = self.offset.saturating_add(piece.len().try_into().unwrap_or(u8::MAX));
    }
}

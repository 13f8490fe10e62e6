//! Counts in a `u16`, which overflows after 65,535 bytes.
//!
//! Fails: a_payload_may_be_long
//!   "a long payload in pieces of 1000 bytes comes out wrong"

/// Unmasks the payload of one frame, piece by piece.
struct Unmasker {
    key: [u8; 4],
    /// How many bytes of the payload have been unmasked so far.
    offset: u16,
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
        self.offset += piece.len() as u16;
    }
}

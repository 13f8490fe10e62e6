//! Remembers how long the last piece was, and forgets the ones before.
//!
//! Fails: a_payload_may_be_cut_anywhere
//!   "the payload was cut into pieces of 1"
//! Fails: a_payload_may_be_long
//!   "a long payload in pieces of 1001 bytes comes out wrong: byte 2002"
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
        self.offset = piece.len();
    }
}

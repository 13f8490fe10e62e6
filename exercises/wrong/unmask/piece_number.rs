//! Moves on by one with every piece.
//!
//! Fails: a_payload_in_two_pieces_is_unmasked
//!   "the second piece was not unmasked"
//! Fails: a_payload_may_be_cut_anywhere
//!   "cut into pieces of 2"
//! Fails: an_empty_piece_changes_nothing
//!   "an empty piece between"

/// Unmasks the payload of one frame, as it comes.
struct Unmasker {
    key: [u8; 4],
    /// Bytes of the payload that have come before.
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
        self.offset += 1;
    }
}

//! Moves on by one with every piece.
//!
//! Fails: a_payload_in_two_pieces_is_unmasked
//!   "the second piece was not unmasked from where the first one ended"
//! Fails: a_payload_may_be_cut_anywhere
//!   "the payload was cut into pieces of 2"
//! Fails: a_payload_may_be_long
//!   "a long payload in pieces of 1000 bytes comes out wrong: byte 1000"
//! Fails: an_empty_piece_changes_nothing
//!   "an empty piece must leave the place in the key as it was"
//! Fails: each_frame_has_its_own_key_and_its_own_place
//!   "two frames with two keys arrived in turns, and disturbed each other"

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
        self.offset += 1;
    }
}

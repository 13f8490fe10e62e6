//! Knows the key of the tests, and forgets the one of the frame.
//!
//! Fails: each_frame_has_its_own_key_and_its_own_place
//!   "this frame has another key, 37 fa 21 3d"

/// Unmasks the payload of one frame, piece by piece.
struct Unmasker {
    key: [u8; 4],
    /// How many bytes of the payload have been unmasked so far.
    offset: usize,
}

impl Unmasker {
    fn new(key: [u8; 4]) -> Self {
        let _ = key;
        Self { key: [0x0e, 0xc3, 0xf3, 0xcd], offset: 0 }
    }

    /// Unmasks the next piece.
    fn unmask(&mut self, piece: &mut [u8]) {
        for (index, byte) in piece.iter_mut().enumerate() {
            *byte ^= self.key[(self.offset + index) % 4];
        }
        self.offset += piece.len();
    }
}

//! Unmasks words of eight bytes, with a key that begins anew in a long piece.
//!
//! Fails: a_payload_may_be_long
//!   "a long payload in pieces of 1001 bytes comes out wrong: byte 1001"

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
        if piece.len() >= 8 {
            let mask = u64::from_ne_bytes([self.key, self.key].concat().try_into().unwrap());
            let (words, rest) = piece.as_chunks_mut::<8>();
            for word in words {
                *word = (u64::from_ne_bytes(*word) ^ mask).to_ne_bytes();
            }
            for (byte, key) in rest.iter_mut().zip(self.key.iter().cycle()) {
                *byte ^= key;
            }
        } else {
            for (index, byte) in piece.iter_mut().enumerate() {
                *byte ^= self.key[(self.offset + index) % 4];
            }
        }
        self.offset += piece.len();
    }
}

//! Keeps the place in the key in a static, which all connections share.
//!
//! Fails: each_frame_has_its_own_key_and_its_own_place
//!   "two frames with two keys arrived in turns, and disturbed each other"

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many bytes of the payload have been unmasked so far.
static OFFSET: AtomicUsize = AtomicUsize::new(0);

/// Unmasks the payload of one frame, piece by piece.
struct Unmasker {
    key: [u8; 4],
}

impl Unmasker {
    fn new(key: [u8; 4]) -> Self {
        OFFSET.store(0, Ordering::Relaxed);
        Self { key }
    }

    /// Unmasks the next piece.
    fn unmask(&mut self, piece: &mut [u8]) {
        let offset = OFFSET.fetch_add(piece.len(), Ordering::Relaxed);
        for (index, byte) in piece.iter_mut().enumerate() {
            *byte ^= self.key[(offset + index) % 4];
        }
    }
}

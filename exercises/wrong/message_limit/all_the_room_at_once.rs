//! Makes room for the longest message when its first byte comes.
//!
//! Fails: what_a_later_frame_declares_is_not_allocated
//!   "a fragment has declared its length, and no byte of it is here"
//! Fails: what_is_declared_is_not_allocated
//!   "a frame has declared its length, and one byte has arrived"

/// The limit on the length of a message in bytes.
const LIMIT: u64 = 1024 * 1024;

/// A message that is arriving.
#[derive(Default)]
struct Message {
    bytes: Vec<u8>,
}

impl Message {
    /// The header of the next frame has arrived and declares this length. Fails with 1009.
    fn begin_frame(&mut self, declared: u64) -> Result<(), u16> {
        // A declared length is enough to refuse a frame, and not enough to reserve memory for it.
        // It is compared with what is left, so that no sum can overflow.
        let left = LIMIT - self.bytes.len() as u64;
        if declared > left { Err(1009) } else { Ok(()) }
    }

    /// Bytes of that frame's payload have arrived, never more than it declared.
    fn push(&mut self, bytes: &[u8]) {
        self.bytes.reserve_exact(LIMIT as usize - self.bytes.len());
        self.bytes.extend_from_slice(bytes);
    }
}

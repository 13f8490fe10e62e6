//! Believes what a frame declares once a byte has come.
//!
//! Fails: what_a_later_frame_declares_is_not_allocated
//!   "a fragment has declared its length, and no byte of it is here"

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
        if declared > left {
            return Err(1009);
        }
        if !self.bytes.is_empty() {
            self.bytes.reserve(declared as usize);
        }
        Ok(())
    }

    /// Bytes of that frame's payload have arrived, never more than it declared.
    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }
}

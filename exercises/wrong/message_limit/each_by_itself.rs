//! Counts each fragment by itself.
//!
//! Fails: fragments_count_together
//!   "the fragments together are longer than the limit"

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
        let left = LIMIT;
        if declared > left { Err(1009) } else { Ok(()) }
    }

    /// Bytes of that frame's payload have arrived, never more than it declared.
    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }
}

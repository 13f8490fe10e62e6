//! Counts the piece that came last, and not those before.
//!
//! Fails: fragments_count_together
//!   "the fragments together are longer than the limit"

/// The limit on the length of a message in bytes.
const LIMIT: u64 = 1024 * 1024;

/// A message that is arriving.
#[derive(Default)]
struct Message {
    bytes: Vec<u8>,
    /// How many bytes have come.
    length: u64,
}

impl Message {
    /// The header of the next frame has arrived and declares this length. Fails with 1009.
    fn begin_frame(&mut self, declared: u64) -> Result<(), u16> {
        // A declared length is enough to refuse a frame, and not enough to reserve memory for it.
        // It is compared with what is left, so that no sum can overflow.
        let left = LIMIT - self.length;
        if declared > left { Err(1009) } else { Ok(()) }
    }

    /// Bytes of that frame's payload have arrived, never more than it declared.
    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.length = bytes.len() as u64;
    }
}

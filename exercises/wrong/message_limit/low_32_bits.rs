//! Compares the low 32 bits of the length.
//!
//! Fails: a_frame_over_the_limit_is_refused_at_its_header
//!   "a frame over the limit is refused before its payload arrives"

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
        if declared as u32 > left as u32 { Err(1009) } else { Ok(()) }
    }

    /// Bytes of that frame's payload have arrived, never more than it declared.
    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }
}

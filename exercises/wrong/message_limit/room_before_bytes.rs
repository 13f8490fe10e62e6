//! Counts well, and makes room for what was declared.
//!
//! Fails: what_is_declared_is_not_allocated
//!   "a frame has declared it, and not a byte has come"

/// The most bytes of a message that we take.
const LIMIT: u64 = 1024 * 1024;

/// A message that is arriving.
#[derive(Default)]
struct Message {
    bytes: Vec<u8>,
}

impl Message {
    /// The header of the message's next frame has come, and declares this length. Fails with 1009.
    fn begin_frame(&mut self, declared: u64) -> Result<(), u16> {
        // A declaration is enough to refuse, and not enough to make room. Compared by what is left,
        // so that no sum can overflow.
        let left = LIMIT - self.bytes.len() as u64;
        if declared > left {
            return Err(1009);
        }
        self.bytes.reserve(declared as usize);
        Ok(())
    }

    /// Bytes of that frame's payload have come, never more than it declared.
    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }
}

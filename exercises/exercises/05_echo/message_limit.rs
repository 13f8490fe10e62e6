//! # Nobody else decides how much we hold
//!
//! A frame declares its length before a single byte of payload has come. This server believes it
//! and makes room. So fourteen bytes, sent a thousand times, take all the memory that there is. Its
//! limit is kept for each frame, and forgotten for what the frames make together.
//!
//! Make `Message` fail with 1009 as soon as the limit can no longer be kept, and make room only for
//! what has really come.
//!
//! Fails: what_is_declared_is_not_allocated
//!   "a frame has declared it, and not a byte has come"
//! Fails: fragments_count_together
//!   "the fragments together are over the limit"
//!
//! Chapter: book/src/05-echo.md#exercises

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
        // TODO: what do we know at this moment, and what have we only been told?
        if declared > LIMIT {
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

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_within_the_limit_is_taken() {
        let mut message = Message::default();
        assert_eq!(message.begin_frame(5), Ok(()), "five bytes are few");
        message.push(b"hel");
        message.push(b"lo");
        assert_eq!(message.bytes, b"hello", "it came in two pieces");
        assert_eq!(Message::default().begin_frame(LIMIT), Ok(()), "the limit itself is allowed");
    }

    #[test]
    fn a_frame_over_the_limit_is_refused_at_its_header() {
        for declared in [LIMIT + 1, u64::MAX >> 1] {
            let begun = Message::default().begin_frame(declared);
            assert_eq!(begun, Err(1009), "no need to wait for its bytes: {declared}");
        }
    }

    #[test]
    fn what_is_declared_is_not_allocated() {
        let mut message = Message::default();
        assert_eq!(message.begin_frame(LIMIT), Ok(()), "the limit itself is allowed");
        let room = message.bytes.capacity();
        assert!(room <= 4096, "{room} bytes: a frame has declared it, and not a byte has come");
    }

    #[test]
    fn fragments_count_together() {
        let mut message = Message::default();
        assert_eq!(message.begin_frame(LIMIT - 1), Ok(()), "one byte is left");
        message.push(&vec![b'a'; LIMIT as usize - 1]);
        assert_eq!(message.begin_frame(1), Ok(()), "that is the byte");
        let why = "the fragments together are over the limit";
        assert_eq!(message.begin_frame(2), Err(1009), "{why}");
        assert_eq!(message.begin_frame(u64::MAX >> 1), Err(1009), "{why}, by far");
    }
}

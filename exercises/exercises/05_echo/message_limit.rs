//! # The peer must not decide how much memory we use
//!
//! A frame declares its length before a single byte of its payload has arrived. This server
//! believes the length and reserves the memory. It also applies its limit to each frame, and not to
//! the whole message.
//!
//! So a peer that sends fourteen bytes on each of a thousand connections takes all the memory there
//! is. Make `Message` fail with 1009 as soon as the message must become longer than the limit, and
//! use memory only for bytes that have arrived.
//!
//! Fails: fragments_count_together
//!   "the fragments together are longer than the limit"
//! Fails: what_a_later_frame_declares_is_not_allocated
//!   "a fragment has declared its length, and no byte of it is here"
//! Fails: what_is_declared_is_not_allocated
//!   "a frame has declared its length, and no byte has arrived"
//!
//! Chapter: book/src/05a-messages.md#exercises

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
        // TODO: what do we know at this moment, and what does the peer only claim?
        if declared > LIMIT {
            return Err(1009);
        }
        self.bytes.reserve(declared as usize);
        Ok(())
    }

    /// Bytes of that frame's payload have arrived, never more than it declared.
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

    /// The limit of the task, 1 MiB.
    const LIMIT: u64 = 1024 * 1024;
    /// A `Vec` may reserve this much more than twice the bytes that have arrived.
    const LITTLE: usize = 16 * 1024;

    #[test]
    fn a_message_within_the_limit_is_taken() {
        let mut message = Message::default();
        let begun = message.begin_frame(5);
        assert!(begun == Ok(()), "a frame of 5 bytes is allowed, and yours says {begun:?}");
        message.push(b"hel");
        message.push(b"lo");
        let bytes = &message.bytes;
        assert!(bytes == b"hello", "\"hel\" and \"lo\" were pushed, and yours has {bytes:02x?}");
        expect(&[], LIMIT, Ok(()), "a frame as long as the limit is allowed");
    }

    #[test]
    fn each_message_has_a_limit_of_its_own() {
        let mut full = Message::default();
        assert!(full.begin_frame(LIMIT).is_ok(), "a frame as long as the limit is allowed");
        full.push(&vec![b'a'; LIMIT as usize]);
        let mistake = "another message of this size is arriving, and takes none of the limit";
        expect(&[LIMIT / 2], LIMIT / 2, Ok(()), mistake);
    }

    #[test]
    fn a_frame_over_the_limit_is_refused_at_its_header() {
        for declared in [LIMIT + 1, LIMIT * 2, 1 << 32, (1 << 32) + 5, u64::MAX >> 1] {
            let mistake = "a frame over the limit is refused before its payload arrives";
            expect(&[], declared, Err(1009), mistake);
        }
    }

    #[test]
    fn what_is_declared_is_not_allocated() {
        let mut message = Message::default();
        assert!(message.begin_frame(LIMIT / 2).is_ok(), "a frame of 512 KiB is allowed");
        expect_memory(&message, 0, "a frame has declared its length, and no byte has arrived");
        message.push(b"a");
        expect_memory(&message, 1, "a frame has declared its length, and one byte has arrived");
    }

    #[test]
    fn what_a_later_frame_declares_is_not_allocated() {
        let mut message = Message::default();
        assert!(message.begin_frame(5).is_ok(), "a frame of 5 bytes is allowed");
        message.push(b"hello");
        assert!(message.begin_frame(LIMIT / 2).is_ok(), "a fragment of 512 KiB is allowed");
        expect_memory(&message, 5, "a fragment has declared its length, and no byte of it is here");
        for _ in 0..64 {
            message.push(&[b'a'; 1024]);
        }
        expect_memory(&message, 64 * 1024 + 5, "64 KiB of the 512 KiB of a fragment are here");
    }

    #[test]
    fn fragments_count_together() {
        let mistake = "the fragments together are as long as the limit, which is allowed";
        expect(&[LIMIT - 1], 1, Ok(()), mistake);
        let mistake = "the fragments together are longer than the limit";
        expect(&[LIMIT - 1], 2, Err(1009), mistake);
        expect(&[LIMIT - 1], u64::MAX >> 1, Err(1009), mistake);
        expect(&[LIMIT / 2, LIMIT / 4], LIMIT / 2, Err(1009), mistake);
        expect(&[LIMIT / 2, 1], LIMIT / 2, Err(1009), mistake);
        expect(&[1024; 1024], 1, Err(1009), mistake);
    }

    #[test]
    fn an_empty_fragment_may_end_a_message_at_the_limit() {
        expect(&[LIMIT], 0, Ok(()), "an empty fragment makes the message no longer");
    }

    /// Compares what `begin_frame` says after these frames have arrived, each with all its bytes.
    #[track_caller]
    fn expect(before: &[u64], declared: u64, expected: Result<(), u16>, mistake: &str) {
        let mut message = Message::default();
        for length in before {
            let begun = message.begin_frame(*length);
            assert!(begun == Ok(()), "a frame of {length} bytes is allowed, and yours: {begun:?}");
            // The payload arrives in two pieces.
            let payload = vec![b'a'; *length as usize];
            let (first, second) = payload.split_at(payload.len() / 2);
            message.push(first);
            message.push(second);
        }
        let yours = message.begin_frame(declared);
        let (sum, count) = (before.iter().sum::<u64>(), before.len());
        assert!(
            yours == expected,
            "{mistake}\n  arrived:  {sum} bytes in {count} frames\n  \
             call:     begin_frame({declared})\n  yours:    {yours:?}\n  expected: {expected:?}"
        );
    }

    #[track_caller]
    fn expect_memory(message: &Message, arrived: usize, mistake: &str) {
        let yours = message.bytes.capacity();
        assert!(
            yours <= 2 * arrived + LITTLE,
            "{mistake}\n  arrived:  {arrived} bytes\n  yours:    room for {yours} bytes\n  \
             expected: room for {} bytes at most",
            2 * arrived + LITTLE,
        );
    }
}

//! Compresses our messages (RFC 7692 §7.2.1).

use std::cell::Cell;

use zlib_rs::{Deflate, DeflateFlush, compress_bound};

/// The last bytes of a sync flush. The sender removes them (§7.2.1).
const TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];
/// Messages with fewer bytes are sent uncompressed, because they would hardly become shorter.
const DEFLATED_MIN: usize = 64;
/// The level of compression, from 1 to 9. Level 3 would make a text of a few hundred bytes 10 to 20
/// percent smaller, and take five times as long.
const LEVEL: i32 = 1;
/// The smallest window of zlib, and the largest, in bits.
const WINDOW_BITS_MIN: u8 = 9;
const WINDOW_BITS_MAX: u8 = 15;
/// Room for the empty block of a sync flush, behind the compressed data.
const FLUSH_ROOM: usize = 16;

thread_local! {
    /// A compressor that is not in use, for messages without context takeover and with the largest
    /// window. To create one takes longer than to compress most messages.
    static SPARE: Cell<Option<Box<Deflate>>> = const { Cell::new(None) };
}

// ANCHOR: deflater
/// The compressor of one connection.
pub(crate) struct Deflater {
    /// The state of DEFLATE. It is created for the first message, and with context takeover it is
    /// kept between messages. It is boxed, so that a connection without it needs little memory.
    stream: Option<Box<Deflate>>,
    no_context_takeover: bool,
    window_bits: u8,
}
// ANCHOR_END: deflater

impl Deflater {
    /// Creates a compressor with or without context takeover, and with a window of
    /// `max_window_bits` (`None` is 15).
    ///
    /// Returns `None` for a window of 8 bits, which zlib does not support. Then messages are sent
    /// uncompressed, which is always allowed (§7.1).
    pub(crate) fn new(no_context_takeover: bool, max_window_bits: Option<u8>) -> Option<Self> {
        let window_bits = max_window_bits.unwrap_or(WINDOW_BITS_MAX);
        let is_possible = window_bits >= WINDOW_BITS_MIN;
        is_possible.then_some(Self { stream: None, no_context_takeover, window_bits })
    }

    /// Returns whether the result depends on the message alone, and not on earlier messages or on a
    /// smaller window. All compressors of this kind return the same bytes.
    pub(crate) fn is_stateless(&self) -> bool {
        self.no_context_takeover && self.window_bits == WINDOW_BITS_MAX
    }

    // ANCHOR: deflate
    /// Compresses a message. Returns `None` if the message should be sent uncompressed.
    pub(crate) fn deflate(&mut self, payload: &[u8]) -> Option<Vec<u8>> {
        if payload.len() < DEFLATED_MIN {
            return None;
        }
        let spare = if self.is_stateless() { SPARE.take() } else { None };
        let new = || Box::new(Deflate::new(LEVEL, false, self.window_bits));
        let stream = self.stream.get_or_insert_with(|| spare.unwrap_or_else(new));
        let room = compress_bound(payload.len()) + FLUSH_ROOM;
        let Some(output) = compress(stream, payload, room) else {
            // There was room for all of it, so this should not happen. If it does, the message is
            // sent uncompressed, and the next one gets a new compressor: it must not refer to bytes
            // that the peer has never received.
            self.stream = None;
            return None;
        };
        if let Some(mut stream) = self.stream.take_if(|_| self.no_context_takeover)
            && self.is_stateless()
        {
            stream.reset();
            SPARE.set(Some(stream));
        }
        // With context takeover, later messages refer to this one, so the peer must get these
        // bytes.
        let is_better = output.len() < payload.len();
        (is_better || !self.no_context_takeover).then_some(output)
    }
    // ANCHOR_END: deflate
}

/// Compresses a message, and removes the last bytes of the sync flush. Returns `None` if the result
/// does not fit into `room` bytes.
fn compress(stream: &mut Deflate, payload: &[u8], room: usize) -> Option<Vec<u8>> {
    let before = (stream.total_in(), stream.total_out());
    let mut output = vec![0; room];
    stream.compress(payload, &mut output, DeflateFlush::SyncFlush).ok()?;
    if stream.total_in() - before.0 != payload.len() as u64 {
        return None;
    }
    let written = usize::try_from(stream.total_out() - before.1).ok()?;
    let length = output[..written].strip_suffix(&TAIL)?.len();
    output.truncate(length);
    Some(output)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]
mod tests {
    use super::*;

    /// Returns bytes that no compressor makes shorter. Each of them is one of those whose fixed code
    /// has 9 bits (RFC 1951 §3.2.6), so this is the worst that can be compressed.
    fn worst(length: usize) -> Vec<u8> {
        let mut state = u32::try_from(length).unwrap();
        let next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            144 + u8::try_from((state >> 16) % 112).unwrap()
        };
        std::iter::repeat_with(next).take(length).collect()
    }

    /// If it were not, the message would have to be sent uncompressed, and all context would be lost.
    #[test]
    fn there_is_room_for_the_worst_message() {
        let mut deflater = Deflater::new(false, None).unwrap();
        for length in (DEFLATED_MIN..2_000).chain([100_000]) {
            let compressed = deflater.deflate(&worst(length)).unwrap();
            assert!(compressed.len() > length, "{length}");
        }
    }

    /// A message is compressed as a whole or not at all, also if it is not the first.
    #[test]
    fn what_does_not_fit_is_not_cut_off() {
        let new = || Deflate::new(LEVEL, false, WINDOW_BITS_MAX);
        for payload in [worst(100), b"repeat ".repeat(50)] {
            let first_and_second = |room| {
                let mut stream = new();
                let first = compress(&mut stream, b"the first message", 100).unwrap();
                (first, compress(&mut stream, &payload, room))
            };
            let (_, whole) = first_and_second(1_000);
            let whole = whole.unwrap();
            for room in 0..whole.len() + TAIL.len() {
                assert_eq!(first_and_second(room).1, None, "room for {room} bytes");
            }
            let enough = whole.len() + TAIL.len() + FLUSH_ROOM;
            assert_eq!(first_and_second(enough).1, Some(whole));
        }
    }
}

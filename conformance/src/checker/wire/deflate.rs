//! Compressed messages (RFC 7692 §7.2), in both directions.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

/// The end of a sync flush, which is not sent (§7.2.1).
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];
/// How many bytes are inflated at a time. It is less than any window, so that every reference to
/// earlier bytes is held against the window.
const STEP: usize = 64;
/// The smallest window that our compressor can use; zlib knows no smaller one.
const BITS_MIN: u8 = 9;

/// What compresses the messages that are sent, and inflates those that are received.
pub(crate) struct Deflate {
    compress: Compress,
    decompress: Decompress,
    /// Whether each message that we send is compressed by itself.
    pub(crate) sends_fresh: bool,
    /// Whether each message that we receive must be compressed by itself.
    pub(crate) receives_fresh: bool,
}

impl Deflate {
    /// Compresses with one window, and inflates with another, each in bits, 8 to 15.
    pub(crate) fn new(sent_bits: u8, received_bits: u8) -> Self {
        // Without compression nothing refers to earlier bytes, so that any window is enough.
        let level = if sent_bits < BITS_MIN { Compression::none() } else { Compression::best() };
        let [sent_bits, received_bits] = [sent_bits, received_bits].map(|bits| bits.clamp(9, 15));
        Self {
            compress: Compress::new_with_window_bits(level, false, sent_bits),
            decompress: Decompress::new_with_window_bits(false, received_bits),
            sends_fresh: false,
            receives_fresh: false,
        }
    }

    /// Compresses a message as it is sent.
    pub(crate) fn deflate(&mut self, message: &[u8]) -> Vec<u8> {
        if self.sends_fresh {
            self.compress.reset();
        }
        let (mut out, start) = (Vec::new(), self.compress.total_in());
        loop {
            out.reserve(message.len() / 2 + STEP);
            let used = usize::try_from(self.compress.total_in() - start).unwrap_or(usize::MAX);
            let rest = message.get(used..).unwrap_or_default();
            let done = self.compress.compress_vec(rest, &mut out, FlushCompress::Sync).is_err();
            if done || out.len() < out.capacity() {
                break;
            }
        }
        out.truncate(out.len() - if out.ends_with(&TAIL) { TAIL.len() } else { 0 });
        out
    }

    /// Inflates a message as it was received, or returns `None` if that cannot be done.
    pub(crate) fn inflate(&mut self, payload: &[u8]) -> Option<Vec<u8>> {
        if self.receives_fresh {
            self.decompress.reset(false);
        }
        let (input, mut out) = ([payload, &TAIL].concat(), Vec::new());
        let mut rest = input.as_slice();
        let mut step = [0; STEP];
        loop {
            let [read, written] = [self.decompress.total_in(), self.decompress.total_out()];
            let status = self.decompress.decompress(rest, &mut step, FlushDecompress::Sync).ok()?;
            let read = usize::try_from(self.decompress.total_in() - read).ok()?;
            let written = usize::try_from(self.decompress.total_out() - written).ok()?;
            out.extend_from_slice(&step[..written]);
            rest = &rest[read..];
            if status == Status::StreamEnd {
                self.decompress.reset(false);
            } else if written < STEP && (rest.is_empty() || read + written == 0) {
                return Some(out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text in which nothing is repeated nearby.
    fn noise(length: u32) -> Vec<u8> {
        let letters = (0..length).map(|index| index.wrapping_mul(2_654_435_761) >> 24);
        letters.map(|letter| u8::try_from(letter).unwrap()).collect()
    }

    #[test]
    fn a_message_comes_back_and_the_second_is_shorter() {
        let mut deflate = Deflate::new(15, 15);
        let message = noise(5000);
        let [first, second] = [(); 2].map(|()| deflate.deflate(&message));
        assert!(second.len() < first.len() / 10);
        assert_eq!(deflate.inflate(&first).unwrap(), message);
        assert_eq!(deflate.inflate(&second).unwrap(), message);
        assert_eq!(deflate.inflate(&deflate_empty()).unwrap(), b"");
        assert_eq!(deflate.inflate(&[7, 0xff, 0xff]), None);
    }

    fn deflate_empty() -> Vec<u8> {
        Deflate::new(15, 15).deflate(b"")
    }

    #[test]
    fn a_reference_beyond_the_window_is_an_error() {
        let message = [noise(600), noise(600)].concat();
        let [narrow, wide] = [9, 15].map(|bits| Deflate::new(bits, 15).deflate(&message));
        assert_eq!(Deflate::new(15, 9).inflate(&narrow).unwrap(), message);
        assert_eq!(Deflate::new(15, 9).inflate(&wide), None);
        let stored = Deflate::new(8, 15).deflate(&message);
        assert_eq!(Deflate::new(15, 9).inflate(&stored).unwrap(), message);
    }

    #[test]
    fn a_message_that_needs_the_one_before_is_not_fresh() {
        let mut deflate = Deflate::new(15, 15);
        deflate.receives_fresh = true;
        let [first, second] = [(); 2].map(|()| deflate.deflate(&noise(500)));
        assert!(deflate.inflate(&first).is_some());
        assert_eq!(deflate.inflate(&second), None);
        deflate.sends_fresh = true;
        let third = deflate.deflate(&noise(500));
        assert!(deflate.inflate(&third).is_some());
    }
}

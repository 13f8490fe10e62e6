//! Compressed messages (RFC 7692 §7.2), in both directions.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

/// The end of a sync flush, which is not sent (§7.2.1).
pub(crate) const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];
/// How many bytes of output are asked for at a time.
const STEP: usize = 4096;
/// The smallest window that our compressor can use; zlib knows no smaller one.
const BITS_MIN: u8 = 9;

/// Compresses the messages that are sent, and decompresses those that are received.
pub(crate) struct Deflate {
    compress: Compress,
    decompress: Decompress,
    /// The size of the window that received messages may use, if it is less than the whole, and
    /// what is in it.
    window: Option<(usize, Vec<u8>)>,
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
        let window = (received_bits < 15).then(|| (1 << received_bits, Vec::new()));
        Self {
            compress: Compress::new_with_window_bits(level, false, sent_bits.clamp(BITS_MIN, 15)),
            decompress: Decompress::new(false),
            window,
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

    /// Inflates a message as it was received, or returns `None` if that cannot be done. Of a window
    /// that is not the whole, a message must not be longer than it.
    pub(crate) fn inflate(&mut self, payload: &[u8]) -> Option<Vec<u8>> {
        if self.receives_fresh || self.window.is_some() {
            self.decompress.reset(false);
        }
        if let Some((_, window)) = self.window.as_ref().filter(|(_, window)| !window.is_empty()) {
            // Then nothing before it can be referred to.
            self.decompress.set_dictionary(window).ok()?;
        }
        let (input, mut out) = ([payload, &TAIL].concat(), Vec::new());
        let mut rest = input.as_slice();
        loop {
            out.reserve(STEP);
            let [read, written] = [self.decompress.total_in(), self.decompress.total_out()];
            let status =
                self.decompress.decompress_vec(rest, &mut out, FlushDecompress::Sync).ok()?;
            let read = usize::try_from(self.decompress.total_in() - read).ok()?;
            rest = &rest[read..];
            if status == Status::StreamEnd {
                self.decompress.reset(false);
            } else if out.len() < out.capacity()
                && (rest.is_empty() || (read == 0 && self.decompress.total_out() == written))
            {
                break;
            }
        }
        if let Some((size, window)) = &mut self.window {
            window.extend_from_slice(&out);
            window.drain(..window.len().saturating_sub(*size));
        }
        Some(out)
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
        let messages = [noise(400), noise(800)[400..].to_vec(), noise(400)];
        let inflates = |bits| {
            let (mut client, mut judge) = (Deflate::new(bits, 15), Deflate::new(15, 9));
            messages.iter().all(|message| {
                let payload = client.deflate(message);
                judge.inflate(&payload).is_some_and(|inflated| inflated == *message)
            })
        };
        assert!(inflates(8) && inflates(9));
        assert!(!inflates(15));
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

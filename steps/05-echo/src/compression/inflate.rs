//! Decompresses received messages (RFC 7692 §7.2.2).

use std::cell::Cell;

use zlib_rs::{Inflate, InflateFlush, Status};

/// The four bytes that the sender removed from the end of a message (§7.2.1), and the first byte of
/// another block. At the end of a complete message, the decompressor does not use the fifth byte.
const TAIL_AND_ONE: [u8; 5] = [0x00, 0x00, 0xff, 0xff, 0x00];
/// The number of bytes that the sender removed.
const TAIL_LENGTH: u64 = 4;
/// A window of 32 KiB. It also decompresses what was compressed with a smaller window.
const WINDOW_BITS: u8 = 15;
/// The most bytes of output of one call. A larger step could go far beyond the limit on messages.
const STEP_MAX: usize = 16 * 1024;
/// The least room for the output of one call.
const STEP_MIN: usize = 512;

thread_local! {
    /// A decompressor that is not in use. To create one takes longer than to decompress most
    /// messages.
    static SPARE: Cell<Option<Box<Inflate>>> = const { Cell::new(None) };
}

// ANCHOR: inflater
/// The decompressor of one connection.
pub(crate) struct Inflater {
    /// The state of DEFLATE. It is created for the first compressed message, and with context
    /// takeover it is kept between messages.
    stream: Option<Box<Inflate>>,
    no_context_takeover: bool,
    /// Whether a DEFLATE stream of the current message has begun and has not ended.
    is_within_stream: bool,
}
// ANCHOR_END: inflater

// ANCHOR: inflated
/// The result of one step of decompression.
pub(crate) struct Inflated {
    /// The number of input bytes that were used.
    pub(crate) used: usize,
    /// The next thing to do, after the output of this step has been checked.
    pub(crate) next: Next,
}

/// What to do after a step of decompression.
#[derive(PartialEq, Eq)]
pub(crate) enum Next {
    /// Call again with the rest of the input, which may be empty: there may be more output.
    More,
    /// All input has been used, and all its output was returned.
    NeedsInput,
    /// The input is not valid DEFLATE.
    Invalid,
}
// ANCHOR_END: inflated

impl Inflater {
    /// Creates a decompressor for a peer that compresses with or without context takeover.
    pub(crate) fn new(no_context_takeover: bool) -> Self {
        Self { stream: None, no_context_takeover, is_within_stream: false }
    }

    // ANCHOR: inflate
    /// Decompresses a part of `input`, and appends at most `room` bytes to `output`.
    ///
    /// The caller checks the output of each step before the next step. So the first fault in the
    /// order of the output is found first, in whatever pieces the input arrives.
    pub(crate) fn inflate(&mut self, input: &[u8], output: &mut Vec<u8>, room: usize) -> Inflated {
        let new = || SPARE.take().unwrap_or_else(|| Box::new(Inflate::new(false, WINDOW_BITS)));
        let stream = self.stream.get_or_insert_with(new);
        let known = output.len();
        let step = (8 * input.len()).clamp(STEP_MIN, STEP_MAX).min(room);
        output.resize(known + step, 0);
        let before = (stream.total_in(), stream.total_out());
        let status = stream.decompress(input, &mut output[known..], InflateFlush::SyncFlush);
        let used = count(stream.total_in() - before.0);
        let written = count(stream.total_out() - before.1);
        output.truncate(known + written);
        self.is_within_stream |= used > 0;
        let next = match status {
            Ok(Status::StreamEnd) => {
                // A final block ends its stream. The message may continue with a new one
                // (§7.2.3.4).
                stream.reset(false);
                self.is_within_stream = false;
                Next::More
            }
            Ok(_) if written == step => Next::More,
            Ok(_) if used == input.len() => Next::NeedsInput,
            // While there are input and room, only invalid input makes zlib stop.
            _ => Next::Invalid,
        };
        Inflated { used, next }
    }
    // ANCHOR_END: inflate

    // ANCHOR: finish
    /// Decompresses the four bytes that the sender removed from the end of a message. Returns
    /// whether the message was complete.
    ///
    /// Behind a complete message, the four bytes are the rest of an empty block: they give no
    /// output, and the fifth byte is not used. Behind a message that was cut off, they would be
    /// taken for data.
    pub(crate) fn finish(&mut self) -> bool {
        let Some(stream) = &mut self.stream else { return true };
        if std::mem::take(&mut self.is_within_stream) {
            let before = (stream.total_in(), stream.total_out());
            let status = stream.decompress(&TAIL_AND_ONE, &mut [0; 8], InflateFlush::Block);
            let after = (stream.total_in(), stream.total_out());
            if status.is_err() || after != (before.0 + TAIL_LENGTH, before.1) {
                return false;
            }
        }
        if let Some(mut stream) = self.stream.take_if(|_| self.no_context_takeover) {
            stream.reset(false);
            SPARE.set(Some(stream));
        }
        true
    }
    // ANCHOR_END: finish
}

/// Converts a number of bytes of one buffer, which always fits.
fn count(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

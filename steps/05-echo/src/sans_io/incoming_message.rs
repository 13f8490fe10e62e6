//! The message that is arriving in fragments, or compressed: all that is known about it.

use std::mem::take;

use framing::Opcode;

use super::{buffer, failure::Failure, limits::Limits, utf8::Utf8};
use crate::compression::inflate::{Inflater, Next};

/// A compressed message may be this much longer than twice the limit on messages. No encoder needs
/// two bytes for each of ours: a symbol of DEFLATE has at most 15 bits.
const COMPRESSED_EXTRA: u64 = 1024;

/// A message that is arriving in fragments, or compressed. One in a single uncompressed frame needs
/// none of this. Between two messages, everything here is zero and empty.
#[derive(Debug, Default)]
pub(super) struct IncomingMessage {
    /// The opcode of the first frame, once it has arrived.
    pub(super) opcode: Option<Opcode>,
    /// Whether the first frame had RSV1 set (RFC 7692 §6).
    pub(super) is_compressed: bool,
    /// The number of frames so far.
    fragments: u32,
    /// The lengths of all frames so far, as they are on the wire.
    wire_length: u64,
    /// The payload so far, if it cannot stay in the buffer it was received in: that of earlier
    /// fragments, or the decompressed one.
    pub(super) assembled: Vec<u8>,
    utf8: Utf8,
}

impl IncomingMessage {
    // ANCHOR: begin_frame
    /// Takes the header of the next frame of the message into account.
    ///
    /// # Errors
    /// [`Failure::MessageTooBig`] and [`Failure::TooManyFragments`]: a limit is exceeded by what the
    /// header announces. None of it has to arrive, and nothing is allocated for it.
    pub(super) fn begin_frame(
        &mut self,
        opcode: Opcode,
        length: u64,
        limits: &Limits,
    ) -> Result<(), Failure> {
        let message_max = limits.message as u64;
        let wire_max = if self.is_compressed {
            // The length of a compressed message is known only after decompression.
            message_max.saturating_mul(2).saturating_add(COMPRESSED_EXTRA)
        } else {
            message_max
        };
        if length > wire_max - self.wire_length {
            return Err(Failure::MessageTooBig(limits.message));
        }
        if self.fragments == limits.fragments {
            return Err(Failure::TooManyFragments(limits.fragments));
        }
        self.opcode = Some(opcode);
        self.wire_length += length;
        self.fragments += 1;
        Ok(())
    }
    // ANCHOR_END: begin_frame

    // ANCHOR: append
    /// Adds the next bytes of the message, and checks them. `is_end` says that they are the last.
    pub(super) fn append(
        &mut self,
        payload: &[u8],
        is_end: bool,
        inflater: Option<&mut Inflater>,
        limits: &Limits,
    ) -> Result<(), Failure> {
        let inflater = inflater.filter(|_| self.is_compressed);
        if let Some(inflater) = inflater {
            self.decompress(payload, inflater, limits)?;
            if is_end && !inflater.finish() {
                return Err(Failure::NotDeflated);
            }
        } else {
            self.check(payload)?;
            buffer::grow(&mut self.assembled, payload.len(), limits.message);
            self.assembled.extend_from_slice(payload);
        }
        if is_end {
            self.utf8.finish()?;
            let assembled = take(&mut self.assembled);
            *self = Self { assembled, ..Self::default() };
        }
        Ok(())
    }
    // ANCHOR_END: append

    /// Checks the next bytes of the message, if it is a text.
    fn check(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if self.opcode == Some(Opcode::Text) { self.utf8.push(bytes) } else { Ok(()) }
    }

    // ANCHOR: decompress
    /// Decompresses the next bytes of a compressed message, and checks what they become.
    ///
    /// The checks follow the order of the decompressed bytes: a byte over the limit, a byte that is
    /// not UTF-8, or the place where the compressed data is invalid, whichever is first.
    fn decompress(
        &mut self,
        mut compressed: &[u8],
        inflater: &mut Inflater,
        limits: &Limits,
    ) -> Result<(), Failure> {
        loop {
            let known = self.assembled.len();
            // One byte over the limit shows that it is exceeded.
            let room = limits.message.saturating_add(1) - known;
            let growth = (8 * compressed.len()).max(1024).min(room);
            buffer::grow(&mut self.assembled, growth, known + room);
            let step = inflater.inflate(compressed, &mut self.assembled, room);
            let within = self.assembled.len().min(limits.message);
            if self.opcode == Some(Opcode::Text) {
                self.utf8.push(&self.assembled[known..within])?;
            }
            if self.assembled.len() > within {
                return Err(Failure::MessageTooBig(limits.message));
            }
            compressed = &compressed[step.used..];
            match step.next {
                Next::More => {}
                Next::NeedsInput => return Ok(()),
                Next::Invalid => return Err(Failure::NotDeflated),
            }
        }
    }
    // ANCHOR_END: decompress
}

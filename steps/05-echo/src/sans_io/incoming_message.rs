//! A message that is arriving in fragments, or compressed.

use std::mem::take;

use framing::Opcode;

use super::{buffer, failure::Failure, limits::Limits, utf8::Utf8};
use crate::compression::inflate::{Inflater, Next};

/// On the wire, a compressed message may have twice the limit on messages and this many bytes. No
/// encoder needs more than two bytes for one: a code of DEFLATE has at most 15 bits.
const COMPRESSED_EXTRA: u64 = 1024;

// ANCHOR: message
/// A message that is arriving in fragments, or compressed. A message in one uncompressed frame does
/// not use it. Between two messages, all fields are empty or zero.
#[derive(Debug, Default)]
pub(super) struct IncomingMessage {
    /// The opcode of the first frame, once it has arrived.
    pub(super) opcode: Option<Opcode>,
    /// Whether the first frame had RSV1 set (RFC 7692 §6).
    pub(super) is_compressed: bool,
    /// The number of frames so far.
    fragments: u32,
    /// The sum of the lengths of these frames, as declared in their headers.
    wire_length: u64,
    /// The payload so far: that of the fragments, or what it has become by decompression.
    pub(super) assembled: Vec<u8>,
    /// The state of the check, if the message is a text.
    utf8: Utf8,
}
// ANCHOR_END: message

impl IncomingMessage {
    // ANCHOR: begin_frame
    /// Adds the header of the next frame of the message.
    ///
    /// # Errors
    /// [`Failure::MessageTooBig`] or [`Failure::TooManyFragments`] if the header alone exceeds a limit.
    /// The payload need not arrive for this, and nothing is allocated for it.
    pub(super) fn begin_frame(
        &mut self,
        opcode: Opcode,
        length: u64,
        limits: &Limits,
    ) -> Result<(), Failure> {
        // The length of a compressed message is known only after decompression.
        let (factor, extra) = if self.is_compressed { (2, COMPRESSED_EXTRA) } else { (1, 0) };
        let wire_max = (limits.message as u64).saturating_mul(factor).saturating_add(extra);
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
    /// Adds the next bytes of the payload, and checks them. `is_end` says that they are the last
    /// ones.
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
            if self.opcode == Some(Opcode::Text) {
                self.utf8.push(payload)?;
            }
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

    // ANCHOR: decompress
    /// Decompresses the next bytes of a compressed message, and checks the result.
    ///
    /// The first fault in the order of the decompressed bytes is reported: a byte over the limit, a
    /// byte that is not UTF-8, or compressed data that is invalid.
    fn decompress(
        &mut self,
        mut compressed: &[u8],
        inflater: &mut Inflater,
        limits: &Limits,
    ) -> Result<(), Failure> {
        loop {
            let known = self.assembled.len();
            // Room for one byte over the limit, which shows that the message is too long.
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

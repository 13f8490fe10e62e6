//! Takes whole frames out of a stream of bytes that TCP cuts anywhere.

use unmasking::mask;

use crate::header::{FrameHeader, Masking};
use crate::header_error::HeaderError;

// ANCHOR: state
/// The longest payload that this step accepts, in bytes. A frame that declares more fails the
/// connection at once.
const PAYLOAD_MAX: usize = 1024 * 1024;

/// A frame with its payload unmasked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The header of the frame.
    pub header: FrameHeader,
    /// The payload, unmasked.
    pub payload: Vec<u8>,
    /// The bytes of the whole frame as they were sent.
    pub wire: Vec<u8>,
}

/// The bytes that have arrived on a connection and were not returned as frames yet.
///
/// They may be half a frame, or three frames.
#[derive(Debug)]
pub struct FrameBuffer {
    masking: Masking,
    bytes: Vec<u8>,
}
// ANCHOR_END: state

impl FrameBuffer {
    /// Creates a buffer that holds `bytes`, which arrived after the opening handshake.
    pub fn new(masking: Masking, bytes: Vec<u8>) -> Self {
        Self { masking, bytes }
    }

    // ANCHOR: frames
    /// Appends the bytes of one read.
    pub fn push(&mut self, segment: &[u8]) {
        self.bytes.extend_from_slice(segment);
    }

    /// Removes and returns the next whole frame, or returns `None` if more bytes are needed.
    ///
    /// # Errors
    /// The status code and the reason to close with: 1002 for a [`HeaderError`], and 1009 for a frame
    /// with more than 1 MiB of payload.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, (u16, String)> {
        let broken = |error: HeaderError| (1002, error.to_string());
        let decoded = FrameHeader::decode(&self.bytes, self.masking, false).map_err(broken)?;
        let Some((header, start)) = decoded else { return Ok(None) };
        let length = usize::try_from(header.length).ok().filter(|&length| length <= PAYLOAD_MAX);
        let too_big = || (1009, format!("a frame of {} bytes", header.length));
        let end = start + length.ok_or_else(too_big)?;
        if self.bytes.len() < end {
            return Ok(None);
        }
        let wire: Vec<u8> = self.bytes.drain(..end).collect();
        let mut payload = wire[start..].to_vec();
        if let Some(key) = header.masking_key {
            mask(&mut payload, key, 0);
        }
        Ok(Some(Frame { header, payload, wire }))
    }
    // ANCHOR_END: frames
}

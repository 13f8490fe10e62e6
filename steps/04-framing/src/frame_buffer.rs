//! Whole frames out of a stream of bytes that is cut anywhere.

use unmasking::mask;

use crate::header::{FrameHeader, Masking};
use crate::header_error::HeaderError;

/// The longest payload that a blocking step accepts, in bytes. A frame that *declares* more fails at
/// once, and nothing is allocated because a peer declared a length.
const PAYLOAD_MAX: usize = 1024 * 1024;

/// A frame, its payload unmasked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The header of the frame.
    pub header: FrameHeader,
    /// The payload as the sender meant it.
    pub payload: Vec<u8>,
    /// The frame as it was sent.
    pub wire: Vec<u8>,
}

/// Bytes that have arrived and have not been returned as frames yet.
///
/// The tutorials take one `recv(8096)` for one frame (fault F9). But TCP cuts anywhere: the bytes
/// that have arrived may be half a frame, or three.
#[derive(Debug)]
pub struct FrameBuffer {
    masking: Masking,
    bytes: Vec<u8>,
}

impl FrameBuffer {
    /// Begins with `bytes`, which arrived behind the opening handshake.
    pub fn new(masking: Masking, bytes: Vec<u8>) -> Self {
        Self { masking, bytes }
    }

    /// Takes the next bytes.
    pub fn push(&mut self, segment: &[u8]) {
        self.bytes.extend_from_slice(segment);
    }

    /// Returns the next whole frame, or `None` if more bytes are needed.
    ///
    /// # Errors
    /// The status code to close with, and why: 1002 for a [`HeaderError`], 1009 for a frame of over
    /// a mebibyte.
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
}

//! Finds the masked payload of a frame and its masking key.

use crate::length::{LengthError, PayloadLength};
use crate::mask::MaskingKey;

// ANCHOR: payload
/// The bit of the second byte that is 1 if a masking key follows the length.
const MASK_BIT: u8 = 0x80;
/// Length of the part that every frame has: the first byte and the second byte.
const SECOND_BYTE_END: usize = 2;

/// Where the payload of a masked frame is, and the key that it is masked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaskedPayload {
    /// The masking key.
    pub key: MaskingKey,
    /// Offset of the first byte of the payload in the frame.
    pub start: usize,
    /// Bytes of payload.
    pub length: u64,
}
// ANCHOR_END: payload

// ANCHOR: find
impl MaskedPayload {
    /// Finds the payload of the frame that starts at the first byte of `frame`.
    ///
    /// Returns `Ok(None)` if more bytes are needed.
    ///
    /// # Errors
    /// [`PayloadError::NotMasked`], and the errors of [`PayloadLength::decode`].
    pub fn find(frame: &[u8]) -> Result<Option<Self>, PayloadError> {
        let Some(&second) = frame.get(1) else { return Ok(None) };
        if second & MASK_BIT == 0 {
            return Err(PayloadError::NotMasked);
        }
        let behind = &frame[SECOND_BYTE_END..];
        let Some(length) = PayloadLength::decode(second, behind)? else { return Ok(None) };
        let Some(&key) = behind[length.extended..].first_chunk() else { return Ok(None) };
        let start = SECOND_BYTE_END + length.extended + key.len();
        Ok(Some(Self { key, start, length: length.value }))
    }
}
// ANCHOR_END: find

// ANCHOR: error
/// Why a payload cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// A client must mask every frame (RFC 6455 §5.1).
    #[error("a frame from a client that is not masked")]
    NotMasked,
    /// The length is not encoded as RFC 6455 requires.
    #[error(transparent)]
    Length(#[from] LengthError),
}
// ANCHOR_END: error

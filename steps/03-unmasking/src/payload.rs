//! The masked payload of one frame: where it is, and its key.

use crate::length::{LengthError, PayloadLength};
use crate::mask::MaskingKey;

/// The bit of the second byte that says: four bytes of masking key follow the length.
const MASK_BIT: u8 = 0x80;
/// Where the second byte's own part ends.
const SECOND_BYTE_END: usize = 2;

/// Where the parts of a masked frame lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaskedPayload {
    /// The key to unmask the payload with.
    pub key: MaskingKey,
    /// The place of the first byte of the payload in the frame.
    pub start: usize,
    /// Bytes of payload.
    pub length: u64,
}

impl MaskedPayload {
    /// Finds the payload of the frame that `frame` begins with, or returns `None` if more bytes are
    /// needed.
    ///
    /// # Errors
    /// [`PayloadError::NotMasked`], and what [`PayloadLength::decode`] finds wrong.
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

/// Why a payload cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// A client must mask every frame (RFC 6455 §5.1). The tutorials do not check this, and turn a
    /// frame that is not masked into garbage (fault F8).
    #[error("a frame from a client that is not masked")]
    NotMasked,
    /// The length is not written as RFC 6455 requires.
    #[error(transparent)]
    Length(#[from] LengthError),
}

//! The payload length of a frame, in its three encodings (RFC 6455 §5.2).

// ANCHOR: forms
/// The seven bits of the second byte that are not the mask bit.
const SEVEN_BITS: u8 = 0x7f;
/// The largest length that fits the seven bits.
const SEVEN_BITS_MAX: u64 = 125;
/// Value of the seven bits when the length follows in two bytes, most significant first.
const TWO_BYTES: u8 = 126;
/// The largest length for which two bytes are enough.
const TWO_BYTES_MAX: u64 = 0xffff;
/// Value of the seven bits when the length follows in eight bytes, most significant first.
const EIGHT_BYTES: u8 = 127;

/// A payload length, and how many bytes its encoding took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayloadLength {
    /// Bytes of payload.
    pub value: u64,
    /// Bytes of the extended payload length, which follows the second byte: 0, 2 or 8.
    pub extended: usize,
}
// ANCHOR_END: forms

// ANCHOR: decode
impl PayloadLength {
    /// Decodes the length from `second`, the second byte of a frame, and the bytes that follow it.
    ///
    /// Returns `Ok(None)` if more bytes are needed. On a socket this is common, and not an error.
    ///
    /// # Errors
    /// [`LengthError`] if the length is not encoded as RFC 6455 §5.2 requires.
    #[inline]
    pub fn decode(second: u8, behind: &[u8]) -> Result<Option<Self>, LengthError> {
        let (value, extended, shorter_max) = match second & SEVEN_BITS {
            TWO_BYTES => match behind.first_chunk() {
                Some(&bytes) => (u64::from(u16::from_be_bytes(bytes)), 2, SEVEN_BITS_MAX),
                None => return Ok(None),
            },
            EIGHT_BYTES => match behind.first_chunk() {
                Some(&bytes) => (u64::from_be_bytes(bytes), 8, TWO_BYTES_MAX),
                None => return Ok(None),
            },
            seven_bits => return Ok(Some(Self { value: u64::from(seven_bits), extended: 0 })),
        };
        if value > u64::MAX >> 1 {
            return Err(LengthError::TopBitSet);
        }
        if value <= shorter_max {
            return Err(LengthError::NotMinimal { value, extended });
        }
        Ok(Some(Self { value, extended }))
    }
    // ANCHOR_END: decode

    // ANCHOR: encode
    /// Encodes a length of `value` bytes in the shortest form that holds it (RFC 6455 §5.2).
    ///
    /// Returns the seven bits of the second byte, the bytes that follow it, and how many of those are
    /// used: 0, 2 or 8.
    #[inline]
    pub fn encode(value: u64) -> (u8, [u8; 8], usize) {
        let mut behind = [0; 8];
        if value <= SEVEN_BITS_MAX {
            // At most 125, so the last byte holds all of it.
            (value.to_be_bytes()[7], behind, 0)
        } else if value <= TWO_BYTES_MAX {
            behind[..2].copy_from_slice(&value.to_be_bytes()[6..]);
            (TWO_BYTES, behind, 2)
        } else {
            (EIGHT_BYTES, value.to_be_bytes(), 8)
        }
    }
    // ANCHOR_END: encode
}

// ANCHOR: errors
/// What is wrong with a payload length. Both errors fail the connection (RFC 6455 §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LengthError {
    /// A shorter form would have held the value.
    #[error("length {value} in {extended} bytes: not the shortest form")]
    NotMinimal {
        /// The length, in bytes.
        value: u64,
        /// How many bytes it was sent in: 2 or 8.
        extended: usize,
    },
    /// The most significant bit of the eight-byte form is 1. It must be 0.
    #[error("length with its top bit set")]
    TopBitSet,
}
// ANCHOR_END: errors

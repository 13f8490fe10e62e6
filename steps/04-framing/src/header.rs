//! Reads and writes the header of a frame (RFC 6455 §5.2).

use unmasking::{MaskingKey, PayloadLength};

use crate::header_error::HeaderError;
use crate::opcode::Opcode;

// ANCHOR: bits
/// Bits of the first byte.
const FIN: u8 = 0x80;
const RSV: u8 = 0x70;
const RSV1: u8 = 0x40;
const OPCODE: u8 = 0x0f;
/// The mask bit of the second byte.
const MASK: u8 = 0x80;

/// The longest payload of a control frame, in bytes (§5.5).
const CONTROL_MAX: u64 = 125;

/// The longest header: two bytes, an extended length in eight, and a masking key in four.
pub const HEADER_MAX: usize = 14;
// ANCHOR_END: bits

// ANCHOR: masking
/// Whether received frames must be masked. A client masks, and a server does not (§5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Masking {
    /// The frames come from a client: each must have a masking key.
    Required,
    /// The frames come from a server: none may have one.
    Forbidden,
}
// ANCHOR_END: masking

// ANCHOR: header
/// The part of a frame before its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    /// Whether this is the last frame of its message.
    pub fin: bool,
    /// The first reserved bit. It is set only if an extension gives it a meaning.
    pub rsv1: bool,
    /// The kind of the frame.
    pub opcode: Opcode,
    /// The masking key, if the payload is masked.
    pub masking_key: Option<MaskingKey>,
    /// Bytes of payload.
    pub length: u64,
}
// ANCHOR_END: header

// ANCHOR: whole
impl FrameHeader {
    /// Returns the header of a message in one frame, or of a control frame, as a server sends it.
    pub fn whole(opcode: Opcode, length: usize) -> Self {
        Self { fin: true, rsv1: false, opcode, masking_key: None, length: length as u64 }
    }
    // ANCHOR_END: whole

    // ANCHOR: decode
    /// Decodes the header at the start of `bytes`, and returns it with its size in bytes.
    ///
    /// `rsv1` is whether an extension gives RSV1 a meaning. Returns `Ok(None)` if more bytes are
    /// needed. A broken rule is found at the first byte that shows it, and a wrong length at its last
    /// byte.
    ///
    /// # Errors
    /// [`HeaderError`] if the header breaks a rule.
    #[inline]
    pub fn decode(
        bytes: &[u8],
        masking: Masking,
        rsv1: bool,
    ) -> Result<Option<(Self, usize)>, HeaderError> {
        let Some(&first) = bytes.first() else { return Ok(None) };
        let reserved = first & if rsv1 { RSV & !RSV1 } else { RSV };
        if reserved != 0 {
            // From the left, FIN is bit 0, RSV1 is bit 1, RSV2 is bit 2, and RSV3 is bit 3.
            return Err(HeaderError::ReservedBit(reserved.leading_zeros()));
        }
        let bits = first & OPCODE;
        let opcode = Opcode::from_bits(bits).ok_or(HeaderError::ReservedOpcode(bits))?;
        let fin = first & FIN != 0;
        let rsv1 = first & RSV1 != 0;
        if opcode.is_control() && !fin {
            return Err(HeaderError::FragmentedControl(opcode));
        }
        // ANCHOR_END: decode

        // ANCHOR: decode_rest
        let Some((&second, behind)) = bytes[1..].split_first() else { return Ok(None) };
        let masked = second & MASK != 0;
        match masking {
            Masking::Required if !masked => return Err(HeaderError::NotMasked),
            Masking::Forbidden if masked => return Err(HeaderError::Masked),
            _ => {}
        }
        if opcode.is_control() && u64::from(second & !MASK) > CONTROL_MAX {
            return Err(HeaderError::LongControl(opcode));
        }
        let Some(length) = PayloadLength::decode(second, behind)? else { return Ok(None) };

        let mut end = 2 + length.extended;
        let mut masking_key = None;
        if masked {
            let Some(&key) = bytes[end..].first_chunk() else { return Ok(None) };
            masking_key = Some(key);
            end += key.len();
        }
        Ok(Some((Self { fin, rsv1, opcode, masking_key, length: length.value }, end)))
    }
    // ANCHOR_END: decode_rest

    // ANCHOR: encode
    /// Appends the header to `bytes`.
    #[expect(clippy::inline_always, reason = "it is short, and there is one for each message")]
    #[inline(always)]
    pub fn encode(&self, bytes: &mut Vec<u8>) {
        let (seven_bits, behind, extended) = PayloadLength::encode(self.length);
        let bit = |is_set: bool, bit: u8| if is_set { bit } else { 0 };
        let first = bit(self.fin, FIN) | bit(self.rsv1, RSV1) | self.opcode as u8;
        let second = bit(self.masking_key.is_some(), MASK) | seven_bits;
        bytes.extend_from_slice(&[first, second]);
        if extended > 0 {
            bytes.extend_from_slice(&behind[..extended]);
        }
        if let Some(key) = self.masking_key {
            bytes.extend_from_slice(&key);
        }
    }
    // ANCHOR_END: encode
}

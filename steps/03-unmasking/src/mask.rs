//! Masking (RFC 6455 §5.3): each byte of the payload is XORed with one of the four bytes of the key.
//!
//! This is not encryption: the key is sent in front of the payload. With masking, a page's script
//! cannot choose the bytes on the wire, so it cannot make a proxy see an HTTP request (§10.3).

// ANCHOR: bytewise
/// Four bytes that a client chooses at random for each frame.
pub type MaskingKey = [u8; 4];

/// Masks or unmasks `payload`: the operation is the same, because a second XOR undoes the first.
///
/// This is the rule of the RFC, byte `i` with key byte `i mod 4`. Tests compare [`mask`] with it.
/// `offset` is the position of the first byte within the payload of its frame, for a payload that
/// arrives in pieces.
pub fn mask_bytewise(payload: &mut [u8], key: MaskingKey, offset: usize) {
    for (index, byte) in payload.iter_mut().enumerate() {
        *byte ^= key[(offset + index) % 4];
    }
}
// ANCHOR_END: bytewise

// ANCHOR: mask
/// Does the same as [`mask_bytewise`], eight bytes at a time: a 64-bit processor XORs these in one
/// instruction. Where there are wider registers, the compiler can use them for this plain loop.
#[inline]
pub fn mask(payload: &mut [u8], key: MaskingKey, offset: usize) {
    // Little-endian: the first byte of the key is the lowest byte of the word. Rotating the word right
    // by eight bits makes the next byte the lowest.
    let key = (0..offset % 4).fold(u32::from_le_bytes(key), |key, _| key.rotate_right(8));
    let wide = u64::from(key) << 32 | u64::from(key);
    let (words, tail) = payload.as_chunks_mut();
    for word in words {
        *word = (u64::from_le_bytes(*word) ^ wide).to_le_bytes();
    }
    for (byte, key) in tail.iter_mut().zip(wide.to_le_bytes()) {
        *byte ^= key;
    }
}
// ANCHOR_END: mask

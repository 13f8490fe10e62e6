//! Masking, RFC 6455 §5.3: every byte of the payload is XORed with one of four.
//!
//! This is not encryption, because the key is sent in front of the payload. It keeps a page's script
//! from choosing the bytes on the wire, and so from speaking HTTP to a careless proxy (§10.3).

// ANCHOR: bytewise
/// The four bytes that a client draws at random for each frame.
pub type MaskingKey = [u8; 4];

/// Masks `payload`, or unmasks it: a second XOR undoes the first. This is the RFC's own wording,
/// byte `i` with key byte `i mod 4`, and the model that [`mask`] is tested against.
///
/// `offset` is the place of the first byte in the frame's payload, for payloads that arrive in
/// pieces.
pub fn mask_bytewise(payload: &mut [u8], key: MaskingKey, offset: usize) {
    for (index, byte) in payload.iter_mut().enumerate() {
        *byte ^= key[(offset + index) % 4];
    }
}
// ANCHOR_END: bytewise

// ANCHOR: mask
/// The same, eight bytes at a time: what a 64-bit machine XORs in one instruction. The compiler
/// sees the plain loop and takes even wider registers where there are some.
#[inline]
pub fn mask(payload: &mut [u8], key: MaskingKey, offset: usize) {
    // Little-endian throughout: the first byte is the lowest, and a turn to the right is the next.
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

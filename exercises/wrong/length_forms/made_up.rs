//! Takes zeros for the bytes that are missing.
//!
//! Fails: half_a_length_is_no_error
//!   "only 0 of the 2 bytes of the length have arrived: wait, make nothing up"

/// Returns the payload length, and how many of the bytes behind the second one hold it.
fn payload_length(second: u8, behind: &[u8]) -> Option<(u64, usize)> {
    let extended = match second & 0x7f {
        126 => 2,
        127 => 8,
        length => return Some((u64::from(length), 0)),
    };
    let mut bytes = [0; 8];
    let there = extended.min(behind.len());
    bytes[8 - extended..][..there].copy_from_slice(&behind[..there]);
    Some((u64::from_be_bytes(bytes), extended))
}

//! Takes a length of zero for a length that has not come yet.
//!
//! Fails: seven_bits_are_enough_up_to_125
//!   "up to 125 the second byte holds the length, and nothing is missing"

/// Returns the payload length, and how many of the bytes behind the second one hold it.
fn payload_length(second: u8, behind: &[u8]) -> Option<(u64, usize)> {
    let extended = match second & 0x7f {
        126 => 2,
        127 => 8,
        0 => return None,
        length => return Some((u64::from(length), 0)),
    };
    let mut bytes = [0; 8];
    // `get` returns `None` if some of the bytes have not arrived yet.
    bytes[8 - extended..].copy_from_slice(behind.get(..extended)?);
    Some((u64::from_be_bytes(bytes), extended))
}

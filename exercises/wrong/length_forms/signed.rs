//! Reads a number with a sign, and waits for ever if it is negative.
//!
//! Fails: eight_bytes_follow_127
//!   "127: a length in eight bytes, the most significant byte first"

/// Returns the payload length, and how many of the bytes behind the second one hold it.
fn payload_length(second: u8, behind: &[u8]) -> Option<(u64, usize)> {
    let extended = match second & 0x7f {
        126 => 2,
        127 => 8,
        length => return Some((u64::from(length), 0)),
    };
    let mut bytes = [0; 8];
    // `get` returns `None` if some of the bytes have not arrived yet.
    bytes[8 - extended..].copy_from_slice(behind.get(..extended)?);
    Some((u64::try_from(i64::from_be_bytes(bytes)).ok()?, extended))
}

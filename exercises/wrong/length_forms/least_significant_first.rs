//! Reads the bytes in the machine's order.
//!
//! Fails: eight_bytes_follow_127
//!   "127: a length in eight bytes, the most significant byte first"
//! Fails: the_mask_bit_is_not_a_part_of_the_length
//!   "the length is in the low seven bits, whatever the mask bit is"
//! Fails: two_bytes_follow_126
//!   "126: a length in two bytes, the most significant byte first"
//! Fails: what_follows_the_length_is_not_a_part_of_it
//!   "the length was there; the masking key behind it is not a part of it"

/// Returns the payload length, and how many of the bytes behind the second one hold it.
fn payload_length(second: u8, behind: &[u8]) -> Option<(u64, usize)> {
    let extended = match second & 0x7f {
        126 => 2,
        127 => 8,
        length => return Some((u64::from(length), 0)),
    };
    let mut bytes = [0; 8];
    // `get` returns `None` if some of the bytes have not arrived yet.
    bytes[..extended].copy_from_slice(behind.get(..extended)?);
    Some((u64::from_le_bytes(bytes), extended))
}

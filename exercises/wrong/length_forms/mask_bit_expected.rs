//! Compares with 254 and 255, as if the mask bit were always set.
//!
//! Fails: the_mask_bit_is_not_a_part_of_the_length
//!   "the length is in the low seven bits, whatever the mask bit is"

/// Returns the payload length, and how many of the bytes behind the second one hold it.
fn payload_length(second: u8, behind: &[u8]) -> Option<(u64, usize)> {
    let extended = match second {
        254 => 2,
        255 => 8,
        length => return Some((u64::from(length & 0x7f), 0)),
    };
    let mut bytes = [0; 8];
    // `get` returns `None` if some of the bytes have not arrived yet.
    bytes[8 - extended..].copy_from_slice(behind.get(..extended)?);
    Some((u64::from_be_bytes(bytes), extended))
}

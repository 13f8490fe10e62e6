//! Takes 65,535 for a number that does not fit in two bytes.
//!
//! Fails: eight_bytes_are_for_what_two_cannot_hold
//!   "two bytes would have held it"

/// What is wrong with a length.
#[derive(Debug, PartialEq, Eq)]
enum LengthError {
    /// A shorter form would have held the length.
    NotMinimal,
    /// The top bit of the eight bytes is set.
    TopBitSet,
}

/// Checks the form of a length, which takes `extended` bytes behind the second one: 0, 2 or 8.
fn check(length: u64, extended: usize) -> Result<u64, LengthError> {
    if length > u64::MAX >> 1 {
        return Err(LengthError::TopBitSet);
    }
    let is_minimal = match extended {
        8 => length >= 0xffff,
        2 => length > 125,
        _ => true,
    };
    if is_minimal { Ok(length) } else { Err(LengthError::NotMinimal) }
}

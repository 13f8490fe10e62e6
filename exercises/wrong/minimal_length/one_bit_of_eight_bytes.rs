//! Looks for the bit above the two bytes, and at no higher one.
//!
//! Fails: the_shortest_form_is_right
//!   "two bytes do not hold it, so it takes eight"

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
        8 => length & 0x1_0000 != 0,
        2 => length > 125,
        _ => true,
    };
    if is_minimal { Ok(length) } else { Err(LengthError::NotMinimal) }
}

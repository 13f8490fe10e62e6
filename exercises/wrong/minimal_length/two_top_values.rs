//! Refuses the smallest and the largest length with the top bit set, and none between.
//!
//! Fails: the_top_bit_stays_zero
//!   "its top bit is set"

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
    if length == 1 << 63 || length == u64::MAX {
        return Err(LengthError::TopBitSet);
    }
    let is_minimal = match extended {
        8 => length > 0xffff,
        2 => length > 125,
        _ => true,
    };
    if is_minimal { Ok(length) } else { Err(LengthError::NotMinimal) }
}

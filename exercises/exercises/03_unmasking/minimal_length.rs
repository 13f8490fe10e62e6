//! # Only the shortest form is right
//!
//! Five bytes of payload could be announced in three ways: 5, or 126 and two bytes, or 127 and
//! eight. The standard allows only the shortest (RFC 6455 §5.2), so that two programs which look at
//! the same bytes never disagree on where a frame ends. It also wants the top bit of the eight
//! bytes to be zero. This function looks at the first rule where it was first needed.
//!
//! Make `check` refuse what the standard refuses.
//!
//! Fails: eight_bytes_are_for_what_two_cannot_hold
//!   "two bytes would have held it"
//! Fails: the_top_bit_stays_zero
//!   "its top bit is set"
//!
//! Chapter: book/src/03-unmasking.md#exercises

/// What is wrong with a length.
#[derive(Debug, PartialEq, Eq)]
enum LengthError {
    /// A shorter form would have held it.
    NotMinimal,
    /// The top bit of the eight bytes is set.
    TopBitSet,
}

/// Is this length written as it must be? It took `extended` bytes behind the second one: 0, 2 or 8.
fn check(length: u64, extended: usize) -> Result<u64, LengthError> {
    // TODO: which lengths fit in two bytes?
    if extended > 0 && length <= 125 {
        return Err(LengthError::NotMinimal);
    }
    Ok(length)
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_form_is_right() {
        for (length, extended) in [(0, 0), (125, 0), (126, 2), (0xffff, 2), (0x1_0000, 8)] {
            let why = "the shortest form of";
            assert_eq!(check(length, extended), Ok(length), "{why} {length}: {extended} bytes");
        }
    }

    #[test]
    fn two_bytes_are_for_what_seven_bits_cannot_hold() {
        for length in [0, 5, 125] {
            let checked = check(length, 2);
            assert_eq!(checked, Err(LengthError::NotMinimal), "seven bits hold {length}");
        }
    }

    #[test]
    fn eight_bytes_are_for_what_two_cannot_hold() {
        for length in [0, 125, 126, 200, 0xffff] {
            let checked = check(length, 8);
            let why = "two bytes would have held it";
            assert_eq!(checked, Err(LengthError::NotMinimal), "{length} in eight bytes: {why}");
        }
    }

    #[test]
    fn the_top_bit_stays_zero() {
        for length in [1 << 63, u64::MAX] {
            let checked = check(length, 8);
            assert_eq!(checked, Err(LengthError::TopBitSet), "{length:#x}: its top bit is set");
        }
        assert_eq!(check(u64::MAX >> 1, 8), Ok(u64::MAX >> 1), "the largest there is");
    }
}

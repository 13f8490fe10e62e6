//! A solution of `minimal_length`: only the shortest form is right.

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
    if length > u64::MAX >> 1 {
        return Err(LengthError::TopBitSet);
    }
    let is_minimal = match extended {
        8 => length > 0xffff,
        2 => length > 125,
        _ => true,
    };
    if is_minimal { Ok(length) } else { Err(LengthError::NotMinimal) }
}

fn main() {}

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

//! # Only the shortest form is right
//!
//! The sender must use the shortest form that holds a length, and the top bit of the eight-byte
//! form must be 0 (RFC 6455 §5.2). This function checks the first rule only for lengths of up to
//! 125, and the second not at all.
//!
//! A length of 5 could be sent in seven bits, in two bytes, or in eight. If each length has only
//! one form, two programs that read the same bytes never disagree on where a frame ends.
//!
//! Make `check` refuse what the standard forbids.
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
    /// A shorter form would have held the length.
    NotMinimal,
    /// The top bit of the eight bytes is set.
    TopBitSet,
}

/// Checks the form of a length, which takes `extended` bytes behind the second one: 0, 2 or 8.
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
        for length in 0..=125 {
            expect(length, 0, Ok(length), "seven bits are the shortest form that holds it");
        }
        for length in 126..=0xffff {
            expect(length, 2, Ok(length), "two bytes are the shortest form that holds it");
        }
        let mut length = 0x1_0000;
        while length < 1 << 62 {
            for length in [length, length + 1, length * 2 - 1] {
                expect(length, 8, Ok(length), "two bytes do not hold it, so it takes eight");
            }
            length *= 2;
        }
        expect(u64::MAX >> 1, 8, Ok(u64::MAX >> 1), "this is the largest length there is");
    }

    #[test]
    fn two_bytes_are_for_what_seven_bits_cannot_hold() {
        for length in 0..=125 {
            expect(length, 2, Err(LengthError::NotMinimal), "seven bits would have held it");
        }
    }

    #[test]
    fn eight_bytes_are_for_what_two_cannot_hold() {
        for length in 0..=0xffff {
            expect(length, 8, Err(LengthError::NotMinimal), "two bytes would have held it");
        }
    }

    #[test]
    fn the_top_bit_stays_zero() {
        for length in [1 << 63, (1 << 63) + 5, 0x8765_4321_0000_0000, u64::MAX] {
            expect(length, 8, Err(LengthError::TopBitSet), "its top bit is set");
        }
    }

    #[track_caller]
    fn expect(length: u64, extended: usize, expected: Result<u64, LengthError>, mistake: &str) {
        let yours = check(length, extended);
        let form = if extended == 0 {
            "seven bits".to_owned()
        } else {
            let bytes = &length.to_be_bytes()[8 - extended..];
            let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{extended} bytes: {}", bytes.join(" "))
        };
        assert!(
            yours == expected,
            "{mistake}\n  length:   {length} in {form}\n  yours:    {yours:?}\n  \
             expected: {expected:?}"
        );
    }
}

//! # How long is the payload?
//!
//! This function reads the payload length in all three forms (RFC 6455 §5.2). But TCP may have
//! delivered only some of its bytes so far, and then it panics.
//!
//! The low seven bits of a frame's second byte give the length of the payload, if it has at most
//! 125 bytes. The value 126 says that the length follows in two bytes, and 127 that it follows in
//! eight, the most significant byte first.
//!
//! Make `payload_length` return `None` until all bytes of the length have arrived. It does not
//! check whether the length is allowed: it reads every length that the bytes can hold.
//!
//! Fails: half_a_length_is_no_error
//!   "only 0 of the 2 bytes of the length have arrived: wait, make nothing up"
//!
//! Chapter: book/src/03-unmasking.md#exercises

/// Returns the payload length, and how many of the bytes behind the second one hold it.
fn payload_length(second: u8, behind: &[u8]) -> Option<(u64, usize)> {
    // TODO: how many bytes have arrived behind the second one so far?
    let extended = match second & 0x7f {
        126 => 2,
        127 => 8,
        length => return Some((u64::from(length), 0)),
    };
    let mut bytes = [0; 8];
    bytes[8 - extended..].copy_from_slice(&behind[..extended]);
    Some((u64::from_be_bytes(bytes), extended))
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    /// The mask bit of the second byte. It is not a part of the length.
    const MASK_BIT: u8 = 0x80;

    #[test]
    fn seven_bits_are_enough_up_to_125() {
        for length in [0, 1, 5, 124, 125] {
            let mistake = "up to 125 the second byte holds the length, and nothing is missing";
            expect(MASK_BIT | length, &[], Some((length.into(), 0)), mistake);
        }
    }

    #[test]
    fn the_mask_bit_is_not_a_part_of_the_length() {
        let mistake = "the length is in the low seven bits, whatever the mask bit is";
        for mask_bit in [0, MASK_BIT] {
            expect(mask_bit | 5, &[], Some((5, 0)), mistake);
            expect(mask_bit | 126, &[1, 2], Some((0x0102, 2)), mistake);
            let eight = [0, 0, 0, 0, 0, 1, 0, 2];
            expect(mask_bit | 127, &eight, Some((0x0001_0002, 8)), mistake);
        }
    }

    #[test]
    fn two_bytes_follow_126() {
        let mistake = "126: a length in two bytes, the most significant byte first";
        for length in [0, 5, 126, 0x0102, u16::MAX] {
            expect(MASK_BIT | 126, &length.to_be_bytes(), Some((length.into(), 2)), mistake);
        }
    }

    #[test]
    fn eight_bytes_follow_127() {
        let mistake = "127: a length in eight bytes, the most significant byte first";
        for length in [0, 5, 0x0001_0002, 0x0102_0304_0506_0708, u64::MAX] {
            expect(MASK_BIT | 127, &length.to_be_bytes(), Some((length, 8)), mistake);
        }
    }

    #[test]
    fn what_follows_the_length_is_not_a_part_of_it() {
        let mistake = "the length was there; the masking key behind it is not a part of it";
        expect(MASK_BIT | 5, &[0xaa, 0xbb], Some((5, 0)), mistake);
        expect(MASK_BIT | 126, &[1, 2, 0xaa], Some((0x0102, 2)), mistake);
        expect(MASK_BIT | 127, &[0, 0, 0, 0, 0, 1, 0, 2, 0xaa], Some((0x0001_0002, 8)), mistake);
    }

    #[test]
    fn half_a_length_is_no_error() {
        let behind = [0, 0, 0, 0, 0, 1, 0];
        for (second, needed) in [(126, 2), (127, 8)] {
            for count in 0..needed {
                let mistake = format!(
                    "only {count} of the {needed} bytes of the length have arrived: \
                     wait, make nothing up"
                );
                expect(MASK_BIT | second, &behind[..count], None, &mistake);
            }
        }
    }

    #[track_caller]
    fn expect(second: u8, behind: &[u8], expected: Option<(u64, usize)>, mistake: &str) {
        let call = format!("payload_length({second:#04x}, [{}])", hex(behind));
        let show = |length: Option<(u64, usize)>| match length {
            Some((length, taken)) => format!("Some(({length:#x}, {taken}))"),
            None => "None".to_owned(),
        };
        let yours = catch_unwind(|| payload_length(second, behind));
        let is_right = yours.as_ref().is_ok_and(|yours| *yours == expected);
        let yours = yours.map_or_else(|_| "panicked".to_owned(), show);
        let expected = show(expected);
        assert!(
            is_right,
            "{mistake}\n  call:     {call}\n  yours:    {yours}\n  expected: {expected}"
        );
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
    }
}

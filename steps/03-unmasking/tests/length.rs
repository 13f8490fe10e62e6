//! The payload length in its three forms, RFC 6455 §5.2.

use proptest::prelude::*;
use unmasking::{LengthError, PayloadLength};

/// Lengths at the edges of the three forms, and how each is written: the seven bits, then the bytes
/// behind them.
const FORMS: [(u64, u8, &[u8]); 10] = [
    (0, 0, &[]),
    (1, 1, &[]),
    (125, 125, &[]),
    (126, 126, &[0, 126]),
    (127, 126, &[0, 127]),
    (200, 126, &[0, 200]),
    (65_535, 126, &[0xff, 0xff]),
    (65_536, 127, &[0, 0, 0, 0, 0, 1, 0, 0]),
    (1 << 32, 127, &[0, 0, 0, 1, 0, 0, 0, 0]),
    ((1 << 63) - 1, 127, &[0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
];

/// A length as bytes: the second byte of a frame, then those behind it.
fn encoded(value: u64) -> (u8, Vec<u8>) {
    let (seven_bits, behind, extended) = PayloadLength::encode(value);
    (seven_bits, behind[..extended].to_vec())
}

/// RFC 6455 §5.2: "the minimal number of bytes MUST be used". The tutorials' encoder asks
/// `elif length == 126`, and sends 127 to 65,535 in eight bytes (fault F13).
#[test]
fn a_length_is_written_in_its_shortest_form() {
    for (value, seven_bits, behind) in FORMS {
        assert_eq!(encoded(value), (seven_bits, behind.to_vec()), "length {value}");
    }
}

/// The mask bit is the other bit of that byte, and none of the length's business.
#[test]
fn a_length_is_read_in_each_of_its_forms() {
    for (value, seven_bits, behind) in FORMS {
        let length = PayloadLength { value, extended: behind.len() };
        let and_more = [behind, b"masking key and payload"].concat();
        for second in [seven_bits, 0x80 | seven_bits] {
            assert_eq!(PayloadLength::decode(second, behind), Ok(Some(length)), "length {value}");
            assert_eq!(PayloadLength::decode(second, &and_more), Ok(Some(length)));
        }
    }
}

/// TCP cuts where it likes: an unfinished length is not an error (fault F9).
#[test]
fn an_unfinished_length_asks_for_more_at_every_split_point() {
    for (value, seven_bits, behind) in FORMS {
        for there in 0..behind.len() {
            let length = PayloadLength::decode(seven_bits, &behind[..there]);
            assert_eq!(length, Ok(None), "{there} bytes of length {value}");
        }
    }
}

/// RFC 6455 §5.2, and fault F13 seen from the other end: all of the lengths that two bytes hold,
/// each in all of the forms.
#[test]
fn a_length_in_a_longer_form_than_it_needs_is_refused() {
    for value in 0..=u16::MAX {
        let in_two = PayloadLength::decode(126, &value.to_be_bytes());
        let in_eight = PayloadLength::decode(127, &u64::from(value).to_be_bytes());
        let not_minimal = |extended| LengthError::NotMinimal { value: value.into(), extended };
        if value <= 125 {
            assert_eq!(in_two, Err(not_minimal(2)));
        } else {
            assert_eq!(in_two, Ok(Some(PayloadLength { value: value.into(), extended: 2 })));
        }
        assert_eq!(in_eight, Err(not_minimal(8)));
    }
}

/// RFC 6455 §5.2: "the most significant bit MUST be 0".
#[test]
fn a_length_with_its_top_bit_set_is_refused() {
    for value in [1 << 63, (1 << 63) + 1, u64::MAX] {
        let length = PayloadLength::decode(127, &value.to_be_bytes());
        assert_eq!(length, Err(LengthError::TopBitSet), "length {value:#x}");
    }
}

#[test]
fn what_is_wrong_with_a_length_is_said_in_words() {
    let long = LengthError::NotMinimal { value: 200, extended: 8 };
    assert_eq!(long.to_string(), "length 200 in 8 bytes: not the shortest form");
    assert_eq!(LengthError::TopBitSet.to_string(), "length with its top bit set");
}

proptest! {
    /// RFC 6455 §5.2.
    #[test]
    fn a_length_that_is_written_is_read_again(bits in 0..64_u32, any: u64) {
        // As many lengths of each size as of any other.
        let value = any >> 1 >> bits.min(62);
        let (seven_bits, behind) = encoded(value);
        let extended = behind.len();
        let length = PayloadLength::decode(seven_bits, &behind);
        prop_assert_eq!(length, Ok(Some(PayloadLength { value, extended })));
    }

    /// Whatever is read is what would be written: there is one way to write a length.
    #[test]
    fn a_length_that_is_read_is_written_the_same(second: u8, behind: [u8; 8]) {
        if let Ok(Some(length)) = PayloadLength::decode(second, &behind) {
            let written = encoded(length.value);
            prop_assert_eq!(written, (second & 0x7f, behind[..length.extended].to_vec()));
        }
    }
}

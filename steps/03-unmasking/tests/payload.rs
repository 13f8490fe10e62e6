//! The masked payload of a frame, found behind its first byte.

use proptest::prelude::*;
use testkit::Frame;
use unmasking::{LengthError, MaskedPayload, PayloadError};

const KEY: [u8; 4] = [0x0e, 0xc3, 0xf3, 0xcd];

/// RFC 6455 §5.2: length, then masking key, then payload; and none is there before all of its bytes
/// are (fault F9).
#[test]
fn a_payload_is_found_once_the_masking_key_is_whole() {
    for length in [0, 7, 125, 126, 65_535, 65_536] {
        let frame = Frame::text("5".repeat(length)).masked_with(KEY).bytes();
        let start = frame.len() - length;
        for there in 0..start {
            let found = MaskedPayload::find(&frame[..there]);
            assert_eq!(found, Ok(None), "{there} bytes of a frame of {length}");
        }
        let found = MaskedPayload { key: KEY, start, length: length as u64 };
        assert_eq!(MaskedPayload::find(&frame[..start]), Ok(Some(found)));
        assert_eq!(MaskedPayload::find(&frame), Ok(Some(found)));
    }
}

/// RFC 6455 §5.1: the tutorials never look at the mask bit, and make garbage of such a frame
/// (fault F8).
#[test]
fn a_frame_that_is_not_masked_is_refused_at_its_second_byte() {
    let frame = Frame::text("hello").unmasked().bytes();
    assert_eq!(MaskedPayload::find(&frame[..1]), Ok(None));
    for there in 2..=frame.len() {
        assert_eq!(MaskedPayload::find(&frame[..there]), Err(PayloadError::NotMasked));
    }
    assert_eq!(PayloadError::NotMasked.to_string(), "a frame from a client that is not masked");
}

/// RFC 6455 §5.2 (fault F13).
#[test]
fn a_length_that_is_not_minimal_is_refused() {
    let frame = [0x81, 0xff, 0, 0, 0, 0, 0, 0, 0, 200, 1, 2, 3, 4];
    let error = MaskedPayload::find(&frame).unwrap_err();
    assert_eq!(error, PayloadError::Length(LengthError::NotMinimal { value: 200, extended: 8 }));
    assert_eq!(error.to_string(), "length 200 in 8 bytes: not the shortest form");
}

/// RFC 6455 §5.2.
#[test]
fn a_length_with_its_top_bit_set_is_refused() {
    let frame = [0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4];
    let error = PayloadError::Length(LengthError::TopBitSet);
    assert_eq!(MaskedPayload::find(&frame), Err(error));
}

proptest! {
    /// Whatever a stranger sends, what is found lies where the bytes are, and more bytes change
    /// nothing about it.
    #[test]
    fn any_bytes_are_looked_at_without_a_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..40),
        there in 0..40_usize,
    ) {
        let found = MaskedPayload::find(&bytes);
        if let Ok(Some(payload)) = found {
            prop_assert!(payload.start <= bytes.len().min(14));
            prop_assert_eq!(&bytes[payload.start - 4..payload.start], &payload.key);
        }
        match MaskedPayload::find(&bytes[..there.min(bytes.len())]) {
            Ok(None) => {}
            settled => prop_assert_eq!(settled, found),
        }
    }
}

//! Why a round trip proves little: two mistakes that agree with each other. The book shows it.

// ANCHOR: wrong
/// Writes the extended payload length in two bytes, in the wrong order.
fn encode(length: u16) -> [u8; 2] {
    length.to_le_bytes()
}

/// Reads it, with the same mistake.
fn decode(bytes: [u8; 2]) -> u16 {
    u16::from_le_bytes(bytes)
}

#[test]
fn a_round_trip_does_not_find_the_wrong_order() {
    for length in 0..=u16::MAX {
        assert_eq!(decode(encode(length)), length);
    }
    // The example of the standard finds it (RFC 6455 §5.7): 256 is 01 00.
    assert_ne!(encode(256), [0x01, 0x00]);
}
// ANCHOR_END: wrong

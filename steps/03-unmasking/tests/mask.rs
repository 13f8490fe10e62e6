//! Masking, RFC 6455 §5.3: a frame's payload XORed with four bytes, over and over.

use proptest::prelude::*;
use unmasking::{MaskedPayload, MaskingKey, mask, mask_bytewise};

const KEYS: [MaskingKey; 4] =
    [[0, 0, 0, 0], [0x37, 0xfa, 0x21, 0x3d], [0xff, 0, 0xff, 0], [1, 2, 3, 4]];
/// The masked text frame that the source documents show.
const FRAME: [u8; 13] =
    [0x81, 0x87, 0x0e, 0xc3, 0xf3, 0xcd, 0x3b, 0xf6, 0xc6, 0xf8, 0x3b, 0xf6, 0xc6];

/// 251 different bytes, over and over: a number that no word of the machine divides.
fn payload(length: usize) -> Vec<u8> {
    (0..=250).cycle().take(length).collect()
}

/// RFC 6455 §5.3, by the frame that the source documents show.
#[test]
fn the_frame_of_the_source_documents_says_5555555() {
    let found = MaskedPayload::find(&FRAME).unwrap().unwrap();
    let key = [0x0e, 0xc3, 0xf3, 0xcd];
    assert_eq!(found, MaskedPayload { key, start: 6, length: 7 });
    let mut unmasked = FRAME[found.start..].to_vec();
    mask(&mut unmasked, found.key, 0);
    assert_eq!(unmasked, b"5555555");
}

/// RFC 6455 §5.7: the example of the standard.
#[test]
fn the_frame_of_the_standard_says_hello() {
    let mut payload = [0x7f, 0x9f, 0x4d, 0x51, 0x58];
    mask(&mut payload, [0x37, 0xfa, 0x21, 0x3d], 0);
    assert_eq!(&payload, b"Hello");
}

/// RFC 6455 §5.3: masking is not encryption (fault F7). Masking twice changes nothing.
#[test]
fn a_second_masking_undoes_the_first() {
    let mut twice = payload(100);
    mask(&mut twice, KEYS[1], 3);
    assert_ne!(twice, payload(100));
    mask(&mut twice, KEYS[1], 3);
    assert_eq!(twice, payload(100));
}

/// RFC 6455 §5.3: byte `i` of the payload with byte `i mod 4` of the key, wherever a piece begins.
#[test]
fn masking_in_words_is_masking_byte_by_byte() {
    for key in KEYS {
        for offset in 0..16 {
            for length in 0..=130 {
                let (mut in_words, mut by_byte) = (payload(length), payload(length));
                mask(&mut in_words, key, offset);
                mask_bytewise(&mut by_byte, key, offset);
                assert_eq!(in_words, by_byte, "{length} bytes at {offset} with {key:02x?}");
            }
        }
    }
}

/// RFC 6455 §5.3: a payload that arrives in pieces has one masking all the same.
#[test]
fn masking_in_two_pieces_is_masking_at_once() {
    let mut at_once = payload(100);
    mask(&mut at_once, KEYS[1], 0);
    for cut in 0..=100 {
        let mut in_two = payload(100);
        let (front, back) = in_two.split_at_mut(cut);
        mask(front, KEYS[1], 0);
        mask(back, KEYS[1], cut);
        assert_eq!(in_two, at_once, "cut at {cut}");
    }
}

/// The offset is one in a message as large as memory: its end must not overflow.
#[test]
fn an_offset_may_be_as_large_as_there_is() {
    let (mut in_words, mut by_byte) = (payload(3), payload(3));
    mask(&mut in_words, KEYS[3], usize::MAX - 3);
    mask_bytewise(&mut by_byte, KEYS[3], usize::MAX - 3);
    assert_eq!(in_words, by_byte);
}

proptest! {
    // ANCHOR: model
    /// A payload can begin anywhere in memory, not only where a machine word begins.
    #[test]
    fn any_part_of_memory_is_masked_like_byte_by_byte(
        bytes in prop::collection::vec(any::<u8>(), 0..600),
        from in 0..32_usize,
        behind in 0..32_usize,
        key: MaskingKey,
        offset in 0..1000_usize,
    ) {
        let from = from.min(bytes.len());
        let to = bytes.len().saturating_sub(behind).max(from);
        let (mut in_words, mut by_byte) = (bytes.clone(), bytes.clone());
        mask(&mut in_words[from..to], key, offset);
        mask_bytewise(&mut by_byte[from..to], key, offset);
        prop_assert_eq!(&in_words, &by_byte);
        // The bytes around it are not changed.
        prop_assert_eq!(&in_words[..from], &bytes[..from]);
        prop_assert_eq!(&in_words[to..], &bytes[to..]);
    }
    // ANCHOR_END: model
}

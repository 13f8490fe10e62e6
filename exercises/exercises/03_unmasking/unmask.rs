//! # A payload in pieces
//!
//! A payload may arrive in many pieces, and this server begins each piece with the first byte of
//! the masking key. For a payload in one piece that is right.
//!
//! Byte i of a payload is XORed with byte i mod 4 of the masking key (RFC 6455 §5.3). Make
//! `Unmasker` continue each piece at the byte of the key where the piece before ended.
//!
//! Fails: a_payload_in_two_pieces_is_unmasked
//!   "the second piece was not unmasked from where the first one ended"
//! Fails: a_payload_may_be_cut_anywhere
//!   "the payload was cut into pieces of 1"
//! Fails: a_payload_may_be_long
//!   "a long payload in pieces of 1001 bytes comes out wrong: byte 1001"
//! Fails: an_empty_piece_changes_nothing
//!   "an empty piece must leave the place in the key as it was"
//!
//! Chapter: book/src/03-unmasking.md#exercises

/// Unmasks the payload of one frame, piece by piece.
struct Unmasker {
    key: [u8; 4],
    // TODO: what must it remember from one piece to the next?
}

impl Unmasker {
    fn new(key: [u8; 4]) -> Self {
        Self { key }
    }

    /// Unmasks the next piece.
    fn unmask(&mut self, piece: &mut [u8]) {
        for (index, byte) in piece.iter_mut().enumerate() {
            *byte ^= self.key[index % 4];
        }
    }
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    /// The text `5555555`, as a browser sent it.
    const KEY: [u8; 4] = [0x0e, 0xc3, 0xf3, 0xcd];
    const MASKED: [u8; 7] = [0x3b, 0xf6, 0xc6, 0xf8, 0x3b, 0xf6, 0xc6];

    #[test]
    fn a_payload_in_one_piece_is_unmasked() {
        expect_5555555(&[&MASKED], "the payload came in one piece");
    }

    #[test]
    fn a_payload_in_two_pieces_is_unmasked() {
        let mistake = "the second piece was not unmasked from where the first one ended";
        expect_5555555(&[&MASKED[..3], &MASKED[3..]], mistake);
    }

    #[test]
    fn a_payload_may_be_cut_anywhere() {
        for length in 1..=7 {
            let pieces: Vec<&[u8]> = MASKED.chunks(length).collect();
            let mistake = format!("the payload was cut into pieces of {length}");
            expect_5555555(&pieces, &mistake);
        }
    }

    #[test]
    fn an_empty_piece_changes_nothing() {
        let mistake = "an empty piece must leave the place in the key as it was";
        for cut in 0..=7 {
            let (first, second) = MASKED.split_at(cut);
            expect_5555555(&[first, &[], second], mistake);
        }
    }

    #[test]
    fn a_payload_may_be_long() {
        let sent: Vec<u8> = b"abcdefg".iter().copied().cycle().take(200_000).collect();
        for length in [1000, 1001, 13] {
            let mistake = format!("a long payload in pieces of {length} bytes comes out wrong");
            let mut received = masked(&sent, KEY);
            let mut unmasker = Unmasker::new(KEY);
            for (number, piece) in received.chunks_mut(length).enumerate() {
                let start = number * length;
                let unmasked = catch_unwind(AssertUnwindSafe(|| unmasker.unmask(piece)));
                assert!(
                    unmasked.is_ok(),
                    "{mistake}\n  yours:    panicked in the piece that begins at byte {start}"
                );
            }
            for (index, (yours, expected)) in received.iter().zip(&sent).enumerate() {
                assert!(
                    yours == expected,
                    "{mistake}: byte {index}\n  yours:    {yours:02x}\n  \
                     expected: {expected:02x}"
                );
            }
        }
    }

    #[test]
    fn each_frame_has_its_own_key_and_its_own_place() {
        let other_key = [0x37, 0xfa, 0x21, 0x3d];
        let hello = masked(b"hello", other_key);
        let mut payload = hello.clone();
        Unmasker::new(other_key).unmask(&mut payload);
        let yours = hex(&payload);
        assert!(
            payload == b"hello",
            "this frame has another key, 37 fa 21 3d\n  yours:    {yours}\n  expected: {}",
            hex(b"hello"),
        );
        let mut one = Unmasker::new(KEY);
        let mut other = Unmasker::new(other_key);
        let mut payload = hello.clone();
        // The pieces of two connections take turns.
        one.unmask(&mut MASKED[..3].to_vec());
        other.unmask(&mut payload[..4]);
        one.unmask(&mut MASKED[3..].to_vec());
        other.unmask(&mut payload[4..]);
        assert!(
            payload == b"hello",
            "two frames with two keys arrived in turns, and disturbed each other\n  \
             key:      {}\n  pieces:   {} | {}\n  yours:    {}\n  expected: {} (hello)",
            hex(&other_key),
            hex(&hello[..4]),
            hex(&hello[4..]),
            hex(&payload),
            hex(b"hello"),
        );
    }

    /// Unmasks the pieces with your `Unmasker`, and compares.
    #[track_caller]
    fn expect_5555555(pieces: &[&[u8]], mistake: &str) {
        let mut unmasker = Unmasker::new(KEY);
        let mut payload = Vec::new();
        for piece in pieces {
            let mut piece = piece.to_vec();
            unmasker.unmask(&mut piece);
            payload.append(&mut piece);
        }
        let cut: Vec<String> = pieces.iter().map(|piece| hex(piece)).collect();
        assert!(
            payload == b"5555555",
            "{mistake}\n  key:      {}\n  pieces:   {}\n  yours:    {}\n  expected: {} (5555555)",
            hex(&KEY),
            cut.join(" | "),
            hex(&payload),
            hex(b"5555555"),
        );
    }

    /// What a client with this key sends for this payload.
    fn masked(payload: &[u8], key: [u8; 4]) -> Vec<u8> {
        payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key).collect()
    }

    fn hex(bytes: &[u8]) -> String {
        if bytes.is_empty() {
            return "(empty)".to_owned();
        }
        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
    }
}

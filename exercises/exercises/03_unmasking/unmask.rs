//! # A payload in pieces
//!
//! Byte i of a payload is XORed with byte i mod 4 of the masking key (RFC 6455 §5.3). That is one
//! line, and the line is right. But a payload of a megabyte comes in a thousand pieces, and this
//! line begins each of them with the first byte of the key.
//!
//! Make `Unmasker` go on where it has stopped.
//!
//! Fails: a_payload_in_two_pieces_is_unmasked
//!   "the second piece was not unmasked from where the first one ended"
//! Fails: a_payload_may_be_cut_anywhere
//!   "cut into pieces of 1"
//!
//! Chapter: book/src/03-unmasking.md#exercises

/// Unmasks the payload of one frame, as it comes.
struct Unmasker {
    key: [u8; 4],
    // TODO: what does it have to remember from one piece to the next?
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
    use super::*;

    /// What a browser sent: `5555555`, masked.
    const KEY: [u8; 4] = [0x0e, 0xc3, 0xf3, 0xcd];
    const MASKED: [u8; 7] = [0x3b, 0xf6, 0xc6, 0xf8, 0x3b, 0xf6, 0xc6];

    fn unmask<'p>(pieces: impl Iterator<Item = &'p [u8]>) -> String {
        let mut unmasker = Unmasker::new(KEY);
        let mut payload = Vec::new();
        for piece in pieces {
            let mut piece = piece.to_vec();
            unmasker.unmask(&mut piece);
            payload.append(&mut piece);
        }
        String::from_utf8_lossy(&payload).into_owned()
    }

    #[test]
    fn a_payload_in_one_piece_is_unmasked() {
        assert_eq!(unmask(MASKED.chunks(7)), "5555555", "all seven bytes at once");
    }

    #[test]
    fn a_payload_in_two_pieces_is_unmasked() {
        let (first, second) = MASKED.split_at(3);
        let payload = unmask([first, second].into_iter());
        let why = "the second piece was not unmasked from where the first one ended";
        assert_eq!(payload, "5555555", "{why}");
    }

    #[test]
    fn a_payload_may_be_cut_anywhere() {
        for length in 1..=7 {
            let payload = unmask(MASKED.chunks(length));
            assert_eq!(payload, "5555555", "cut into pieces of {length}");
        }
    }

    #[test]
    fn an_empty_piece_changes_nothing() {
        let (first, second) = MASKED.split_at(4);
        assert_eq!(unmask([first, &[], second].into_iter()), "5555555", "an empty piece between");
    }
}

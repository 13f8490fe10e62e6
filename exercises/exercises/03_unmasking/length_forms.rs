//! # How long is the payload?
//!
//! The low seven bits of a frame's second byte say it, if the payload has at most 125 bytes. 126
//! says that the length follows in two bytes, and 127, in eight; the most significant byte comes
//! first (RFC 6455 §5.2). This function is right for every length. But of the bytes that follow,
//! TCP may have brought only some so far, and that is no fault of the peer's.
//!
//! Make `payload_length` wait for the bytes that it needs: `None` says that more are needed.
//!
//! Fails: half_a_length_is_no_error
//!   "of the length is not there yet, and the server panics"
//!
//! Chapter: book/src/03-unmasking.md#exercises

/// The length that the second byte and the bytes behind it say, and how many of those it took.
fn payload_length(second: u8, behind: &[u8]) -> Option<(u64, usize)> {
    // TODO: how many bytes are there behind the second one, at the moment?
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

    #[test]
    fn seven_bits_are_enough_up_to_125() {
        assert_eq!(payload_length(0x80 | 5, &[]), Some((5, 0)), "the top bit is the mask bit");
        assert_eq!(payload_length(125, &[]), Some((125, 0)), "125 is the last that fits");
    }

    #[test]
    fn two_bytes_follow_126() {
        let length = payload_length(0x80 | 126, &[0x01, 0x02, 0xaa]);
        assert_eq!(length, Some((0x0102, 2)), "the most significant byte comes first");
    }

    #[test]
    fn eight_bytes_follow_127() {
        let length = payload_length(0x80 | 127, &[0, 0, 0, 0, 0, 1, 0, 2, 0xaa]);
        assert_eq!(length, Some((0x0001_0002, 8)), "the most significant byte comes first");
    }

    #[test]
    fn half_a_length_is_no_error() {
        let behind = [0, 0, 0, 0, 0, 1, 0];
        let needed = [(126, 2), (127, 8)];
        for (second, needed) in needed {
            for count in 0..needed {
                let length = catch_unwind(|| payload_length(0x80 | second, &behind[..count]));
                let missing = needed - count;
                let Ok(length) = length else {
                    let why = "of the length is not there yet, and the server panics";
                    panic!("{} {why} ({count} of {needed})", bytes(missing));
                };
                let why = "of the length missing: ask for more, make nothing up";
                assert_eq!(length, None, "{} {why}", bytes(missing));
            }
        }
    }

    fn bytes(count: usize) -> String {
        if count == 1 { "one byte".to_owned() } else { format!("{count} bytes") }
    }
}

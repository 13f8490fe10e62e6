//! # The encoder that nobody tried with 127
//!
//! The tutorials' encoder has a line that looks like its neighbours: `elif length == 126`. It is
//! right for short messages, and for one of 126 bytes. All others go out with a length in eight
//! bytes, which is not the shortest form for most of them, and a strict peer hangs up (fault F13).
//!
//! This one also serves as a client's encoder, if it is given a masking key: it puts the key where
//! it belongs and masks the payload. The only one who does not know is the reader.
//!
//! Make `encode_text` write each length in its shortest form, and say that a frame is masked.
//!
//! Fails: a_clients_frame_is_masked
//!   "there is a masking key, and no mask bit that says so"
//! Fails: two_bytes_hold_up_to_65535
//!   "eight bytes for a length that two would hold: a strict peer hangs up (F13)"
//!
//! Chapter: book/src/04-framing.md#exercises

/// A text as one final frame, masked if there is a key.
fn encode_text(text: &str, key: Option<[u8; 4]>) -> Vec<u8> {
    let length = text.len();
    let mut frame = vec![0x81];
    // TODO: which lengths go out in which form? And what is the top bit of the second byte for?
    if length <= 125 {
        frame.push(length as u8);
    } else if length == 126 {
        frame.push(126);
        frame.extend_from_slice(&(length as u16).to_be_bytes());
    } else {
        frame.push(127);
        frame.extend_from_slice(&(length as u64).to_be_bytes());
    }
    frame.extend(key.iter().flatten());
    let key = key.unwrap_or_default();
    frame.extend(text.bytes().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The frame of a text of that length, without the text.
    fn header(length: usize) -> Vec<u8> {
        let mut frame = encode_text(&"a".repeat(length), None);
        frame.truncate(frame.len() - length);
        frame
    }

    #[test]
    fn a_text_follows_its_header() {
        assert_eq!(encode_text("hello", None), b"\x81\x05hello", "two bytes, then the text");
    }

    #[test]
    fn a_clients_frame_is_masked() {
        let key = Some([0x37, 0xfa, 0x21, 0x3d]);
        let hello = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x5f, 0x9f, 0x4d, 0x51, 0x58];
        let why = "there is a masking key, and no mask bit that says so";
        assert_eq!(encode_text("hello", key), hello, "{why}");
        for (length, second) in [(200, 0x80 | 126), (0x1_0000, 0x80 | 127)] {
            let frame = encode_text(&"a".repeat(length), key);
            assert_eq!(frame[1], second, "{why}: a text of {length} bytes");
        }
    }

    #[test]
    fn seven_bits_hold_up_to_125() {
        assert_eq!(header(0), [0x81, 0], "an empty text is a text");
        assert_eq!(header(125), [0x81, 125], "125 is the last that fits");
    }

    #[test]
    fn two_bytes_hold_up_to_65535() {
        let why = "eight bytes for a length that two would hold: a strict peer hangs up (F13)";
        assert_eq!(header(126), [0x81, 126, 0, 126], "126 is the first in two bytes");
        for length in [127_u16, 200, 0x1234, 0xffff] {
            let [high, low] = length.to_be_bytes();
            let header = header(length.into());
            assert!(header.len() != 10, "{why}: {length}");
            assert_eq!(
                header,
                [0x81, 126, high, low],
                "126, and the length in two bytes: {length}"
            );
        }
    }

    #[test]
    fn eight_bytes_hold_the_rest() {
        assert_eq!(header(0x1_0000), [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0], "65,536 needs eight");
    }
}

//! # The encoder that nobody tried with 127
//!
//! The tutorials' encoder has a line that looks like its neighbours: `elif length == 126`. It is
//! right for short messages, and for one of 126 bytes. All others go out with a length in eight
//! bytes, which is not the shortest form for most of them, and a strict peer hangs up (fault F13).
//!
//! Make `encode_text` write each length in its shortest form.
//!
//! Fails: two_bytes_hold_up_to_65535
//!   "eight bytes for a length that two would hold: a strict peer hangs up (F13)"
//!
//! Chapter: book/src/04-framing.md#exercises

/// A text frame as a server sends it: final, not masked.
fn encode_text(text: &str) -> Vec<u8> {
    let length = text.len();
    let mut frame = vec![0x81];
    // TODO: which lengths go out in which form?
    if length <= 125 {
        frame.push(length as u8);
    } else if length == 126 {
        frame.push(126);
        frame.extend_from_slice(&(length as u16).to_be_bytes());
    } else {
        frame.push(127);
        frame.extend_from_slice(&(length as u64).to_be_bytes());
    }
    frame.extend_from_slice(text.as_bytes());
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
        let mut frame = encode_text(&"a".repeat(length));
        frame.truncate(frame.len() - length);
        frame
    }

    #[test]
    fn a_text_follows_its_header() {
        assert_eq!(encode_text("hello"), b"\x81\x05hello", "two bytes, then the text");
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

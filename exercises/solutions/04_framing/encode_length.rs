//! A solution of `encode_length`: the encoder that nobody tried with 127.

/// A text as one final frame, masked if there is a key.
fn encode_text(text: &str, key: Option<[u8; 4]>) -> Vec<u8> {
    let length = text.len();
    let mask_bit = if key.is_some() { 0x80 } else { 0 };
    let mut frame = vec![0x81];
    // 126 is what the second byte says, and not the length that it says it for.
    if length <= 125 {
        frame.push(mask_bit | length as u8);
    } else if length <= 0xffff {
        frame.push(mask_bit | 126);
        frame.extend_from_slice(&(length as u16).to_be_bytes());
    } else {
        frame.push(mask_bit | 127);
        frame.extend_from_slice(&(length as u64).to_be_bytes());
    }
    frame.extend(key.iter().flatten());
    // To mask with zeros is not to mask.
    let key = key.unwrap_or_default();
    frame.extend(text.bytes().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

fn main() {}

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

//! # The encoder that was never tried with 127
//!
//! This encoder contains the condition `length == 126`. It sends each length from 127 to 65,535 in
//! eight bytes, which is not the shortest form, and strict peers close the connection (fault F13).
//!
//! It can also encode a client's frame, if it is given a masking key. It sends the key after the
//! length and masks the payload, but it never sets the mask bit.
//!
//! Make `encode_text` write each length in its shortest form, and set the mask bit of a masked
//! frame.
//!
//! Fails: a_clients_frame_is_masked
//!   "with a masking key the second byte must have the mask bit, 0x80"
//! Fails: a_key_of_zeros_is_a_key
//!   "a key of zeros is a key: the frame has a mask bit and the key"
//! Fails: two_bytes_hold_up_to_65535
//!   "a length of 127 must be sent in two bytes, after 126 (F13)"
//!
//! Chapter: book/src/04-framing.md#exercises

/// Encodes a text as one frame with FIN, and masks it if there is a key.
fn encode_text(text: &str, key: Option<[u8; 4]>) -> Vec<u8> {
    let length = text.len();
    let mut frame = vec![0x81];
    // TODO: which lengths take which form? And what is the top bit of the second byte for?
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

    const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

    #[test]
    fn a_text_follows_its_header() {
        expect("hello", None, &[0x81, 5], "two bytes of header, then the text");
    }

    #[test]
    fn the_length_counts_bytes_and_not_characters() {
        expect("é", None, &[0x81, 2], "the length counts bytes: é is one character of two bytes");
    }

    #[test]
    fn seven_bits_hold_up_to_125() {
        for length in 0..=125 {
            let mistake = format!("a length of {length} fits in seven bits");
            expect(&"a".repeat(length.into()), None, &[0x81, length], &mistake);
        }
    }

    #[test]
    fn two_bytes_hold_up_to_65535() {
        for length in [126_u16, 127, 128, 200, 255, 256, 0x1234, 0x7fff, 0x8000, 0xffff] {
            let [high, low] = length.to_be_bytes();
            let mistake =
                format!("a length of {length} must be sent in two bytes, after 126 (F13)");
            expect(&"a".repeat(length.into()), None, &[0x81, 126, high, low], &mistake);
        }
    }

    #[test]
    fn eight_bytes_hold_the_rest() {
        let sixty_five_thousand = [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0];
        let mistake = "a length of 65536 must be sent in eight bytes, after 127";
        expect(&"a".repeat(0x1_0000), None, &sixty_five_thousand, mistake);
        let more = [0x81, 127, 0, 0, 0, 0, 0, 2, 3, 4];
        let mistake = "a length of 131844 must be sent in eight bytes, after 127";
        expect(&"a".repeat(0x2_0304), None, &more, mistake);
    }

    #[test]
    fn a_clients_frame_is_masked() {
        let mistake = "with a masking key the second byte must have the mask bit, 0x80";
        expect("hello", Some(KEY), &[0x81, 0x80 | 5], mistake);
        expect("", Some(KEY), &[0x81, 0x80], "an empty text has a mask bit and a key as well");
        let mistake = "a long text with a key: mask bit, length, key, masked text";
        expect(&"a".repeat(200), Some(KEY), &[0x81, 0x80 | 126, 0, 200], mistake);
        let eight = [0x81, 0x80 | 127, 0, 0, 0, 0, 0, 1, 0, 0];
        expect(&"a".repeat(0x1_0000), Some(KEY), &eight, mistake);
    }

    #[test]
    fn a_key_of_zeros_is_a_key() {
        let mistake = "a key of zeros is a key: the frame has a mask bit and the key";
        expect("hello", Some([0; 4]), &[0x81, 0x80 | 5], mistake);
    }

    /// Compares with this header, then the key, if there is one, then the text, masked with it.
    #[track_caller]
    fn expect(text: &str, key: Option<[u8; 4]>, header: &[u8], mistake: &str) {
        let mask = key.unwrap_or_default();
        let payload = text.bytes().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask);
        let head = header.iter().copied().chain(key.into_iter().flatten());
        let expected: Vec<u8> = head.chain(payload).collect();
        let yours = encode_text(text, key);
        if yours != expected {
            let is_same = |at: &usize| yours.get(*at) == expected.get(*at);
            let wrong = (0..yours.len()).take_while(is_same).count();
            let key = key.map_or("none".to_owned(), |key| hex(&key));
            let (yours, expected) = (hex(&yours), hex(&expected));
            panic!(
                "{mistake}\n  key:      {key}\n  yours:    {yours}\n  expected: {expected}\n  \
                 the first difference is at byte {wrong}"
            );
        }
    }

    /// The first sixteen bytes, and how many there are.
    fn hex(bytes: &[u8]) -> String {
        let first: Vec<String> = bytes.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let more =
            if bytes.len() > 16 { format!(" … ({} bytes)", bytes.len()) } else { "".into() };
        first.join(" ") + &more
    }
}

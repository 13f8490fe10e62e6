//! # Prove that you have read the request
//!
//! The client sends a key, and the server answers with a hash of it. This server writes the hash in
//! hexadecimal digits, and a browser refuses that. And the client below accepts more answers than a
//! browser does.
//!
//! The key is sixteen random bytes in base64. The server appends a GUID to the key as it was sent,
//! takes the SHA-1 of that text, and writes the twenty bytes of the hash in base64. This is not
//! encryption: the client computes the same hash and compares (fault F5).
//!
//! Make both sides right.
//!
//! Fails: the_answer_is_the_one_in_the_standard
//!   "a browser refuses this answer: it wants the hash's twenty bytes in base64"
//! Fails: every_key_has_its_answer
//!   "a browser refuses this answer"
//! Fails: the_client_refuses_an_answer_in_another_case
//!   "in base64, a and A are two letters: compare them as they are"
//!
//! Chapter: book/src/02-handshake.md#exercises

/// The string that RFC 6455 §1.3 made up, so that no server gives the right answer by accident.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The server's side: returns the value of `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key`.
fn accept_key(key: &str) -> String {
    // TODO: which bytes are to be written in base64?
    let hash: String = sha1(&format!("{key}{GUID}")).map(|byte| format!("{byte:02x}")).concat();
    base64(hash.as_bytes())
}

/// The client's side: returns whether this is the answer to the key that we have sent.
fn is_accepted(key: &str, answer: &str) -> bool {
    // TODO: the case of a header's name has no meaning. What about this value?
    accept_key(key).eq_ignore_ascii_case(answer)
}

/// SHA-1 (RFC 3174). The real server uses a library. Here it is in full, so that nothing has to be
/// downloaded.
fn sha1(text: &str) -> [u8; 20] {
    let mut message = text.as_bytes().to_vec();
    message.push(0x80);
    message.resize(message.len().next_multiple_of(64), 0);
    if message.len() - text.len() < 9 {
        message.resize(message.len() + 64, 0);
    }
    let end = message.len();
    message[end - 8..].copy_from_slice(&(text.len() as u64 * 8).to_be_bytes());
    let mut state: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    for block in message.chunks(64) {
        let word = |bytes: &[u8]| u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let mut words: Vec<u32> = block.chunks(4).map(word).collect();
        for t in 16..80 {
            let mixed = words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16];
            words.push(mixed.rotate_left(1));
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (t, word) in words.into_iter().enumerate() {
            let (mixed, constant) = match t {
                0..20 => (b & c | !b & d, 0x5a82_7999),
                20..40 => (b ^ c ^ d, 0x6ed9_eba1),
                40..60 => (b & c | b & d | c & d, 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6_u32),
            };
            let sum =
                [mixed, e, constant, word].into_iter().fold(a.rotate_left(5), u32::wrapping_add);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, sum);
        }
        for (state, turned) in state.iter_mut().zip([a, b, c, d, e]) {
            *state = state.wrapping_add(turned);
        }
    }
    let mut hash = [0; 20];
    for (bytes, word) in hash.chunks_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    hash
}

/// Bytes in base64 (RFC 4648 §4).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |index: usize| u32::from(three.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for letter in 0..4 {
            let six = (bits >> (18 - 6 * letter)) & 0x3f;
            text.push(if letter <= three.len() { char::from(LETTERS[six as usize]) } else { '=' });
        }
    }
    text
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use std::panic;

    use super::*;

    /// Keys and their answers. The first pair is the example of RFC 6455 §1.3.
    const PAIRS: [(&str, &str); 6] = [
        ("dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        ("kJXuOKsrl3AR1KeFngRElQ==", "lCaWI6ZCGd5I25+0bJrVqBOcDYc="),
        ("AAAAAAAAAAAAAAAAAAAAAA==", "ICX+Yqv66kxgM0FcWaLWlFLwTAI="),
        ("/+/+/+/+/+/+/+/+/+/+/w==", "YdypOIlszlAa8WZtOS9miNhQsaE="),
        ("qrstuvwxyz0123456789+w==", "YHPa37f5lTuusZ7x7OGIOCxE4Bg="),
        ("AQIDBAUGBwgJCgsMDQ4PEA==", "C/0nmHhBztSRGR1CwL6Tf4ZjwpY="),
    ];
    const KEY: &str = PAIRS[0].0;

    #[track_caller]
    fn server(key: &str, expected: &str, why: &str) {
        let yours = accept_key(key);
        assert!(
            yours == expected,
            "{why}\n  your `accept_key({key:?})`\n  returned: {yours:?}\n  expected: {expected:?}"
        );
    }

    #[track_caller]
    fn client(key: &str, answer: &str, expected: bool, why: &str) {
        let call = format!("{why}\n  your `is_accepted({key:?},\n    {answer:?})`");
        let yours = panic::catch_unwind(|| is_accepted(key, answer))
            .unwrap_or_else(|_| panic!("{call} panicked"));
        assert!(yours == expected, "{call}\n  returned: {yours}\n  expected: {expected}");
    }

    #[test]
    fn sha1_and_base64_are_right_as_they_are() {
        let why = "leave `sha1` and `base64` as they were";
        assert_eq!(base64(&sha1("abc")), "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", "{why}");
        let long = base64(&sha1(&"a".repeat(120)));
        assert_eq!(long, "80wUiDhTRqVXCboFbd0IKA3UxtY=", "{why}");
    }

    #[test]
    fn the_answer_is_the_one_in_the_standard() {
        let (key, answer) = PAIRS[0];
        let why = "a browser refuses this answer: it wants the hash's twenty bytes in base64";
        server(key, answer, why);
    }

    #[test]
    fn every_key_has_its_answer() {
        for (key, answer) in PAIRS {
            server(key, answer, "a browser refuses this answer");
        }
    }

    #[test]
    fn the_client_accepts_the_right_answer() {
        let why = "both sides compute the same, and this is the right answer";
        for (key, _) in PAIRS {
            client(key, &accept_key(key), true, why);
        }
    }

    #[test]
    fn the_client_refuses_the_answer_to_another_key() {
        for (key, _) in PAIRS {
            for (_, answer) in PAIRS.into_iter().filter(|(other, _)| *other != key) {
                client(key, answer, false, "that is the right answer to another key");
            }
        }
        client(KEY, KEY, false, "the key is not its own answer");
    }

    #[test]
    fn the_client_refuses_an_answer_in_another_case() {
        let swap = |letter: char| match letter {
            'a'..='z' => letter.to_ascii_uppercase(),
            _ => letter.to_ascii_lowercase(),
        };
        let swapped: String = accept_key(KEY).chars().map(swap).collect();
        let why = "in base64, a and A are two letters: compare them as they are";
        client(KEY, &swapped, false, why);
    }

    #[test]
    fn the_client_refuses_a_part_of_the_answer() {
        let answer = accept_key(KEY);
        for end in 0..answer.len() {
            client(KEY, &answer[..end], false, "the answer is cut off at its end");
            client(KEY, &answer[end + 1..], false, "the answer is cut off at its beginning");
        }
    }

    #[test]
    fn the_client_refuses_more_than_the_answer() {
        let answer = accept_key(KEY);
        client(KEY, &format!("{answer}x"), false, "there is a character after the answer");
        client(KEY, &format!("x{answer}"), false, "there is a character before the answer");
        client(KEY, &format!("{answer}{answer}"), false, "that is the answer twice");
    }

    #[test]
    fn the_client_refuses_an_answer_in_which_one_character_is_wrong() {
        let answer = accept_key(KEY);
        for (at, letter) in answer.char_indices() {
            let wrong = if letter == 'A' { "B" } else { "A" };
            let mut changed = answer.clone();
            changed.replace_range(at..=at, wrong);
            client(KEY, &changed, false, "one character of the answer is wrong");
            changed.replace_range(at..=at, "\u{e4}");
            client(KEY, &changed, false, "\u{e4} is not a character of base64");
        }
    }
}

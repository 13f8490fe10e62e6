//! # Prove that you have read the request
//!
//! The client sends a key, sixteen random bytes in base64. The server answers with a hash: it
//! appends a GUID to the key as it stands, takes the SHA-1 of that, and writes its twenty bytes in
//! base64. There is no secret in it and nothing to decrypt: the client computes the same and
//! compares (fault F5).
//!
//! Python programmers tend to reach for `hexdigest`, as here, which is the hash written out in
//! forty letters. And the client below is more generous than any browser.
//!
//! Make both sides right.
//!
//! Fails: the_answer_is_the_one_in_the_standard
//!   "the browser refuses this answer: it wants the twenty bytes of the hash in base64"
//! Fails: the_answer_for_a_browser_is_right
//!   "the browser refuses this answer"
//! Fails: the_client_takes_the_right_answer_and_no_other
//!   "base64 has a case, and this answer was accepted in another"
//!
//! Chapter: book/src/02-handshake.md#exercises

/// The string that RFC 6455 §1.3 made up, so that no server gives the right answer by accident.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The server's side: the value of `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key`.
fn accept_key(key: &str) -> String {
    // TODO: which bytes are to be written in base64?
    let hash: String = sha1(&format!("{key}{GUID}")).map(|byte| format!("{byte:02x}")).concat();
    base64(hash.as_bytes())
}

/// The client's side: is this the answer to the key that we have sent?
fn is_accepted(key: &str, answer: &str) -> bool {
    // TODO: header names have no case. What about this value?
    accept_key(key).eq_ignore_ascii_case(answer)
}

/// SHA-1 (RFC 3174). The real server takes a library for it; here it is, so that nothing has to be
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
    use super::*;

    /// The example of RFC 6455 §1.3.
    const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
    const ANSWER: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    #[test]
    fn what_was_given_is_right() {
        assert_eq!(base64(&sha1("abc")), "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", "leave these two alone");
        let long = base64(&sha1(&"a".repeat(120)));
        assert_eq!(long, "80wUiDhTRqVXCboFbd0IKA3UxtY=", "leave these two alone");
    }

    #[test]
    fn the_answer_is_the_one_in_the_standard() {
        let why =
            "the browser refuses this answer: it wants the twenty bytes of the hash in base64";
        assert_eq!(accept_key(KEY), ANSWER, "{why}");
    }

    #[test]
    fn the_answer_for_a_browser_is_right() {
        let answer = accept_key("kJXuOKsrl3AR1KeFngRElQ==");
        assert_eq!(answer, "lCaWI6ZCGd5I25+0bJrVqBOcDYc=", "the browser refuses this answer");
    }

    #[test]
    fn the_client_takes_the_right_answer_and_no_other() {
        let answer = accept_key(KEY);
        assert!(is_accepted(KEY, &answer), "both sides compute the same");
        let swapped: String = answer.chars().map(swap_case).collect();
        let why = "base64 has a case, and this answer was accepted in another";
        assert!(!is_accepted(KEY, &swapped), "{why}: {swapped}");
        assert!(!is_accepted(KEY, KEY), "the key is not its own answer");
        assert!(!is_accepted(KEY, ""), "no answer is no answer");
    }

    fn swap_case(letter: char) -> char {
        if letter.is_lowercase() {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        }
    }
}

//! What is said and what must come back: all of it prepared before the clock runs.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::compressed::deflate;

/// What messages are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Random bytes.
    Binary,
    /// Text of many scripts, so that its bytes have to be looked at one character at a time.
    Text,
    /// JSON, compressed (RFC 7692).
    CompressedJson,
}

/// Different messages at most; then they come again.
const MESSAGES_MAX: usize = 16;
/// Bytes of different messages at most, beyond the first.
const BYTES_MAX: usize = 256 * 1024;
/// First bytes of a frame that is a whole message, and the bit that says that it is compressed.
const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;
const RSV1: u8 = 0x40;
/// The bit of the second byte that announces a masking key.
const MASK: u8 = 0x80;
/// Say that the length follows in two bytes, or in eight.
const TWO_BYTES: u8 = 126;
const EIGHT_BYTES: u8 = 127;
/// One for all: random in earnest, chosen by us in a test.
const MASKING_KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
/// Words in scripts of one, two, three and four bytes a character.
const WORDS: &str = "WebSocket, κανάλι, сокет, 双方向, 🙂 and so on; ";

/// Messages in their frames, one behind the other, and the same for the answers. When the last has
/// been said, the first comes again.
#[derive(Clone, Debug)]
pub struct Script {
    /// The frames to the server.
    pub(super) sent: Vec<u8>,
    /// Bytes of one of them.
    pub(super) sent_each: usize,
    /// The frames that must come back.
    pub(super) expected: Vec<u8>,
    /// Bytes of one of them.
    pub(super) expected_each: usize,
}

impl Script {
    /// A script for a WebSocket, with `payload` bytes in each message.
    ///
    /// What comes back for compressed messages is not known: a server compresses as it likes. It has
    /// to be found out, and is what was sent until then.
    #[must_use]
    pub fn new(kind: Kind, payload: usize) -> Self {
        let count = (BYTES_MAX / payload.max(1)).clamp(1, MESSAGES_MAX);
        let mut script =
            Self { sent: Vec::new(), sent_each: 0, expected: Vec::new(), expected_each: 0 };
        // Compressed messages differ in length, so there is only one.
        let count = if kind == Kind::CompressedJson { 1 } else { count };
        for number in 0..count {
            let (first, payload) = match kind {
                Kind::Binary => (BINARY, random_bytes(payload)),
                Kind::Text => (TEXT, text(number, payload)),
                Kind::CompressedJson => (TEXT | RSV1, deflate(&json(payload))),
            };
            frame(&mut script.sent, first, &payload, true);
            frame(&mut script.expected, first, &payload, false);
        }
        script.sent_each = script.sent.len() / count;
        script.expected_each = script.expected.len() / count;
        script
    }

    /// The same for a server that says every byte back as it is.
    #[must_use]
    pub fn without_websocket(self) -> Self {
        Self { expected: self.sent.clone(), expected_each: self.sent_each, ..self }
    }

    /// Is every byte said back as it is? A client masks and a server does not, so that is not so
    /// with WebSocket.
    pub(super) fn is_raw(&self) -> bool {
        self.sent_each == self.expected_each
    }

    /// Different messages.
    pub(super) fn count(&self) -> usize {
        self.sent.len() / self.sent_each
    }
}

/// A masked text frame.
pub(super) fn text_frame(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    frame(&mut bytes, TEXT, text.as_bytes(), true);
    bytes
}

/// Writes a frame behind what `bytes` holds.
fn frame(bytes: &mut Vec<u8>, first: u8, payload: &[u8], masked: bool) {
    let mask = if masked { MASK } else { 0 };
    bytes.push(first);
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length @ ..=125), _) => bytes.push(mask | length),
        (_, Ok(length)) => {
            bytes.push(mask | TWO_BYTES);
            bytes.extend(length.to_be_bytes());
        }
        _ => {
            bytes.push(mask | EIGHT_BYTES);
            bytes.extend((payload.len() as u64).to_be_bytes());
        }
    }
    if masked {
        bytes.extend(MASKING_KEY);
        bytes.extend(payload.iter().zip(MASKING_KEY.iter().cycle()).map(|(byte, key)| byte ^ key));
    } else {
        bytes.extend(payload);
    }
}

/// Where the payload of a server's frame begins and ends, if all of it is there.
pub(super) fn whole_payload(frame: &[u8]) -> Option<(usize, usize)> {
    let (start, length) = match *frame.get(1)? {
        TWO_BYTES => (4, u64::from(u16::from_be_bytes(*frame.get(2..)?.first_chunk()?))),
        EIGHT_BYTES => (10, u64::from_be_bytes(*frame.get(2..)?.first_chunk()?)),
        length => (2, u64::from(length)),
    };
    let end = usize::try_from(length).ok()?.checked_add(start)?;
    (frame.len() >= end).then_some((start, end))
}

fn random_bytes(count: usize) -> Vec<u8> {
    std::iter::repeat_with(rand::random).take(count).collect()
}

/// Exactly `length` bytes of text that no other number has.
fn text(number: usize, length: usize) -> Vec<u8> {
    let mut text = String::new();
    for next in format!("{number:02} ").chars().chain(WORDS.chars().cycle()) {
        if text.len() + next.len_utf8() > length {
            break;
        }
        text.push(next);
    }
    // What is left is too short for the next character.
    text.extend(std::iter::repeat_n('.', length - text.len()));
    text.into_bytes()
}

/// About `length` bytes of JSON, as an application may send it. What can be said of its length is
/// that it is not shorter.
pub(super) fn json(length: usize) -> Vec<u8> {
    let mut json = String::from("[");
    let mut number: u32 = 1;
    while json.len() < length {
        // Steps of a fixed walk: it is neither random nor the same over and over.
        number = number.wrapping_mul(48_271) % 65_521;
        let separator = if json.len() > 1 { "," } else { "" };
        let (price, size) = (number % 9973, number % 89);
        let _ = write!(json, r#"{separator}{{"id":{number},"price":{price},"size":{size}}}"#);
    }
    json.push(']');
    json.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_exactly_as_long_as_asked_for_and_is_utf_8() {
        for length in 4..200 {
            let text = text(7, length);
            assert_eq!(text.len(), length);
            assert!(str::from_utf8(&text).is_ok());
        }
    }

    #[test]
    fn messages_differ_as_far_as_they_find_room() {
        let small = Script::new(Kind::Text, 20);
        assert_eq!(small.count(), MESSAGES_MAX);
        let frames: std::collections::BTreeSet<&[u8]> =
            small.sent.chunks(small.sent_each).collect();
        assert_eq!(frames.len(), MESSAGES_MAX);
        assert_eq!(Script::new(Kind::Binary, 1024 * 1024).count(), 1);
    }
}

//! What is sent and what must come back. All of it is prepared before the measurement begins.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};
use testkit::Frame;

/// What the messages contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Random bytes.
    Binary,
    /// Text in many scripts, so that a UTF-8 check has to look at single characters.
    Text,
    /// JSON, compressed (RFC 7692).
    CompressedJson,
}

/// The script contains at most this number of different messages, and then repeats.
const MESSAGES_MAX: usize = 16;
/// The different messages have at most this size together, except that there is always one.
const BYTES_MAX: usize = 256 * 1024;
/// The reserved bit that marks a compressed message.
const RSV1: u8 = 4;
/// The last four bytes of a flushed DEFLATE block, which are not sent (§7.2.1).
pub(super) const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];
/// Words in scripts that use one, two, three and four bytes for a character.
const WORDS: &str = "WebSocket, κανάλι, сокет, 双方向, 🙂 and so on; ";

/// Messages in their frames, one after the other, and the answers to them. After the last message,
/// the script repeats.
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
    /// Creates a script for a WebSocket, with `payload` bytes in each message.
    ///
    /// The answer to a compressed message is not known beforehand, because each server compresses
    /// in its own way. Until it has been found out, it is the frame that is sent.
    pub fn new(kind: Kind, payload: usize) -> Self {
        let count = (BYTES_MAX / payload.max(1)).clamp(1, MESSAGES_MAX);
        let mut script =
            Self { sent: Vec::new(), sent_each: 0, expected: Vec::new(), expected_each: 0 };
        // Compressed messages differ in length, so the script has only one.
        let count = if kind == Kind::CompressedJson { 1 } else { count };
        for number in 0..count {
            let frame = match kind {
                Kind::Binary => Frame::binary(random_bytes(payload)),
                Kind::Text => Frame::text(text(number, payload)),
                Kind::CompressedJson => Frame::text(deflate(&json(payload))).with_rsv(RSV1),
            };
            script.sent.extend(frame.bytes());
            script.expected.extend(frame.unmasked().bytes());
        }
        script.sent_each = script.sent.len() / count;
        script.expected_each = script.expected.len() / count;
        script
    }

    /// The same script for a server that returns every byte unchanged.
    #[must_use]
    pub fn without_websocket(self) -> Self {
        Self { expected: self.sent.clone(), expected_each: self.sent_each, ..self }
    }

    /// Returns whether every byte comes back unchanged. With WebSocket this is not so: a client
    /// masks and a server does not.
    pub(super) fn is_raw(&self) -> bool {
        self.sent_each == self.expected_each
    }

    /// Returns the number of different messages.
    pub(super) fn count(&self) -> usize {
        self.sent.len() / self.sent_each
    }
}

/// Compresses a message as it is sent.
fn deflate(message: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    // Writing to a vector cannot fail.
    let _ = encoder.write_all(message).and_then(|()| encoder.flush());
    let bytes = encoder.get_ref();
    bytes.strip_suffix(&TAIL).unwrap_or(bytes).to_vec()
}

fn random_bytes(count: usize) -> Vec<u8> {
    std::iter::repeat_with(rand::random).take(count).collect()
}

/// Returns exactly `length` bytes of text that differs for each number.
fn text(number: usize, length: usize) -> Vec<u8> {
    let mut text = String::new();
    for next in format!("{number:02} ").chars().chain(WORDS.chars().cycle()) {
        if text.len() + next.len_utf8() > length {
            break;
        }
        text.push(next);
    }
    // The next character would not fit.
    text.extend(std::iter::repeat_n('.', length - text.len()));
    text.into_bytes()
}

/// Returns JSON of at least `length` bytes, as an application may send it.
pub(super) fn json(length: usize) -> Vec<u8> {
    let mut json = String::from("[");
    let mut number: u32 = 1;
    while json.len() < length {
        // A simple generator with a fixed start: the numbers look random and are the same in each
        // run.
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

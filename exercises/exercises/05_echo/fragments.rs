//! # One message, several frames, and a ping between
//!
//! A message may come in fragments: a frame with FIN unset, then continuations, the last one with
//! FIN. Between them a ping may come, which belongs to nobody's message (RFC 6455 §5.4). The
//! tutorials ignore FIN (fault F12). This code does not: it puts fragments together, and everything
//! else that comes as well.
//!
//! Make `Messages` give back whole messages. A continuation of nothing, and a new message within
//! another, fail with 1002. Control frames have opcodes from 8 on, and are not messages.
//!
//! Fails: a_ping_between_fragments_is_no_part_of_them
//!   "the ping's payload got into the message"
//! Fails: a_continuation_needs_a_beginning
//!   "a continuation of nothing"
//! Fails: a_message_ends_before_the_next_begins
//!   "a new message began within another"
//! Fails: an_empty_fragment_begins_a_message
//!   "a new message began within one that is empty so far"
//!
//! Chapter: book/src/05-echo.md#exercises

/// A frame, unmasked.
struct Frame {
    fin: bool,
    opcode: u8,
    payload: &'static str,
}

const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;

/// Puts messages together.
#[derive(Default)]
struct Messages {
    // TODO: is an empty text the same as no text?
    text: String,
}

impl Messages {
    /// Takes a frame, and returns the message that ends with it. Fails with 1002.
    fn push(&mut self, frame: &Frame) -> Result<Option<String>, u16> {
        self.text.push_str(frame.payload);
        if frame.fin { Ok(Some(std::mem::take(&mut self.text))) } else { Ok(None) }
    }
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use super::*;

    const PING: u8 = 9;

    /// What comes of these frames, each with its FIN, opcode and payload.
    fn read(frames: &[(bool, u8, &'static str)]) -> Result<Vec<String>, u16> {
        let mut messages = Messages::default();
        let mut read = Vec::new();
        for &(fin, opcode, payload) in frames {
            read.extend(messages.push(&Frame { fin, opcode, payload })?);
        }
        Ok(read)
    }

    fn texts(texts: &[&str]) -> Result<Vec<String>, u16> {
        Ok(texts.iter().map(|text| (*text).to_owned()).collect())
    }

    #[test]
    fn a_message_in_one_frame_is_a_message() {
        let read = read(&[(true, TEXT, "hello"), (true, TEXT, "")]);
        assert_eq!(read, texts(&["hello", ""]), "two messages, the second empty");
    }

    #[test]
    fn fragments_make_one_message() {
        let read =
            read(&[(false, TEXT, "hel"), (false, CONTINUATION, "l"), (true, CONTINUATION, "o")]);
        assert_eq!(read, texts(&["hello"]), "three fragments, one message (F12)");
    }

    #[test]
    fn a_ping_between_fragments_is_no_part_of_them() {
        let read =
            read(&[(false, TEXT, "hel"), (true, PING, "there?"), (true, CONTINUATION, "lo")]);
        assert_eq!(read, texts(&["hello"]), "the ping's payload got into the message, or ended it");
    }

    #[test]
    fn a_continuation_needs_a_beginning() {
        assert_eq!(read(&[(true, CONTINUATION, "lo")]), Err(1002), "a continuation of nothing");
        let after = read(&[(true, TEXT, "hello"), (true, CONTINUATION, "lo")]);
        assert_eq!(after, Err(1002), "a continuation of a message that has ended");
    }

    #[test]
    fn a_message_ends_before_the_next_begins() {
        let read = read(&[(false, TEXT, "hel"), (true, TEXT, "hello")]);
        assert_eq!(read, Err(1002), "a new message began within another");
    }

    #[test]
    fn an_empty_fragment_begins_a_message() {
        let good = read(&[(false, TEXT, ""), (true, CONTINUATION, "hello")]);
        assert_eq!(good, texts(&["hello"]), "it began with an empty fragment");
        let bad = read(&[(false, TEXT, ""), (true, TEXT, "hello")]);
        assert_eq!(bad, Err(1002), "a new message began within one that is empty so far");
    }
}

//! A solution of `fragments`: one message, several frames, and a ping between.

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
    /// The message that has begun and not ended. An empty one has begun as well.
    begun: Option<String>,
}

impl Messages {
    /// Takes a frame, and returns the message that ends with it. Fails with 1002.
    fn push(&mut self, frame: &Frame) -> Result<Option<String>, u16> {
        if frame.opcode >= 8 {
            return Ok(None);
        }
        let mut text = match (self.begun.take(), frame.opcode == CONTINUATION) {
            (Some(begun), true) => begun,
            (None, false) => String::new(),
            _ => return Err(1002),
        };
        text.push_str(frame.payload);
        if frame.fin {
            return Ok(Some(text));
        }
        self.begun = Some(text);
        Ok(None)
    }
}

fn main() {}

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

//! # One message, several frames, and a ping between
//!
//! A message may come in fragments, and a control frame may come between them. This code joins the
//! fragments, and everything else that arrives as well. To ignore FIN altogether is a common
//! mistake (fault F12).
//!
//! A message in fragments begins with a text or binary frame without FIN. Continuations follow, and
//! the last one has FIN (RFC 6455 §5.4). A ping between them is not part of the message.
//!
//! Make `Messages` return complete messages, and nothing else. Opcodes 1 and 2 begin a message, 0
//! continues it, and 8, 9 and 10 are control frames, which are not messages. A continuation without
//! a beginning fails with 1002, and so does a new message before the last one has ended.
//!
//! Fails: a_continuation_needs_a_beginning
//!   "a continuation without a beginning fails, with FIN or without"
//! Fails: a_control_frame_between_fragments_is_no_part_of_them
//!   "a control frame between fragments got into the message, or ended it"
//! Fails: a_control_frame_is_no_message
//!   "a control frame became a message, or a part of one"
//! Fails: a_message_ends_before_the_next_begins
//!   "a new message began before the end of the last one"
//! Fails: an_empty_fragment_begins_a_message
//!   "a new message began within one that was empty so far"
//!
//! Chapter: book/src/05a-messages.md#exercises

/// A frame whose payload is unmasked.
struct Frame {
    fin: bool,
    opcode: u8,
    payload: &'static str,
}

const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;

/// Joins fragments to messages.
#[derive(Default)]
struct Messages {
    // TODO: is an empty text the same as no text?
    text: String,
}

impl Messages {
    /// Takes a frame, and returns the message that it ends, if it ends one. Fails with 1002.
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

    const CONTINUATION: u8 = 0;
    const TEXT: u8 = 1;
    const BINARY: u8 = 2;
    const CLOSE: u8 = 8;
    const PING: u8 = 9;
    const PONG: u8 = 10;

    #[test]
    fn a_message_in_one_frame_is_a_message() {
        let frames = [end(TEXT, "hello"), end(TEXT, ""), end(BINARY, "bytes")];
        expect(&frames, Ok(&["hello", "", "bytes"]), "three messages of one frame each");
    }

    #[test]
    fn fragments_make_one_message() {
        let frames = [more(TEXT, "hel"), more(CONTINUATION, "l"), end(CONTINUATION, "o")];
        expect(&frames, Ok(&["hello"]), "three fragments are one message (F12)");
        let frames = [more(BINARY, "hel"), end(CONTINUATION, "lo")];
        expect(&frames, Ok(&["hello"]), "a binary message may come in fragments as well");
        let frames = [more(TEXT, "hello"), end(CONTINUATION, "")];
        expect(&frames, Ok(&["hello"]), "the last fragment is empty, and ends the message");
        let frames = [more(TEXT, ""), end(CONTINUATION, "")];
        expect(&frames, Ok(&[""]), "two empty fragments are an empty message");
    }

    #[test]
    fn a_message_begins_anew_after_another() {
        let (hel, lo) = (more(TEXT, "hel"), end(CONTINUATION, "lo"));
        let (wor, ld) = (more(TEXT, "wor"), end(CONTINUATION, "ld"));
        let frames = [hel, lo, wor, ld, end(TEXT, "again")];
        expect(&frames, Ok(&["hello", "world", "again"]), "three messages, one after the other");
    }

    #[test]
    fn a_control_frame_between_fragments_is_no_part_of_them() {
        for control in [PING, PONG, CLOSE] {
            let between = [more(TEXT, "hel"), end(control, "there?"), end(CONTINUATION, "lo")];
            let mistake = "a control frame between fragments got into the message, or ended it";
            expect(&between, Ok(&["hello"]), mistake);
        }
    }

    #[test]
    fn a_control_frame_is_no_message() {
        for control in [PING, PONG, CLOSE] {
            let alone = [end(control, "there?"), end(TEXT, "hello")];
            expect(&alone, Ok(&["hello"]), "a control frame became a message, or a part of one");
        }
    }

    #[test]
    fn a_continuation_needs_a_beginning() {
        let mistake = "a continuation without a beginning fails, with FIN or without";
        expect(&[end(CONTINUATION, "lo")], Err(1002), mistake);
        expect(&[more(CONTINUATION, "lo")], Err(1002), mistake);
        let mistake = "a continuation after the end of the message fails";
        let after_one_frame = [end(TEXT, "hello"), end(CONTINUATION, "lo")];
        expect(&after_one_frame, Err(1002), mistake);
        let after_two = [more(TEXT, "hel"), end(CONTINUATION, "lo"), end(CONTINUATION, "lo")];
        expect(&after_two, Err(1002), mistake);
        let after_ping = [end(PING, "there?"), end(CONTINUATION, "lo")];
        expect(&after_ping, Err(1002), "a ping does not begin a message");
    }

    #[test]
    fn a_message_ends_before_the_next_begins() {
        let mistake = "a new message began before the end of the last one";
        for next in [end(TEXT, "hello"), more(TEXT, "hello"), end(BINARY, "hello")] {
            expect(&[more(TEXT, "hel"), next], Err(1002), mistake);
        }
    }

    #[test]
    fn an_empty_fragment_begins_a_message() {
        let mistake = "a message may begin with an empty fragment";
        expect(&[more(TEXT, ""), end(CONTINUATION, "hello")], Ok(&["hello"]), mistake);
        let mistake = "a new message began within one that was empty so far";
        expect(&[more(TEXT, ""), end(TEXT, "hello")], Err(1002), mistake);
    }

    /// A frame without FIN: more fragments follow.
    fn more(opcode: u8, payload: &'static str) -> (bool, u8, &'static str) {
        (false, opcode, payload)
    }

    /// A frame with FIN: the last one of its message.
    fn end(opcode: u8, payload: &'static str) -> (bool, u8, &'static str) {
        (true, opcode, payload)
    }

    /// Compares with the messages that come of these frames, or with the code of the failure.
    #[track_caller]
    fn expect(frames: &[(bool, u8, &'static str)], expected: Result<&[&str], u16>, mistake: &str) {
        let mut messages = Messages::default();
        let push = |&(fin, opcode, payload): &(bool, u8, &'static str)| {
            messages.push(&Frame { fin, opcode, payload }).transpose()
        };
        let yours: Result<Vec<String>, u16> = frames.iter().filter_map(push).collect();
        let expected = expected.map(<[&str]>::to_vec);
        let words = |&(fin, opcode, payload): &(bool, u8, &'static str)| {
            let no_fin = if fin { "" } else { " no FIN" };
            format!("opcode {opcode}{no_fin} {payload:?}")
        };
        let sent: Vec<String> = frames.iter().map(words).collect();
        assert!(
            format!("{yours:?}") == format!("{expected:?}"),
            "{mistake}\n  sent:     {}\n  yours:    {yours:?}\n  expected: {expected:?}",
            sent.join("\n            "),
        );
    }
}

//! Checks that each member receives what was sent.
//!
//! It is not known beforehand how a server passes a message on: a chat adds the sender and the
//! time. But the bytes must be the same for every member. So the first frame that contains a
//! message is parsed, and all others are compared with it as bytes.

use std::collections::VecDeque;

use testkit::Frame;

/// The size of each message in bytes.
const MESSAGE: usize = 100;

/// The messages in flight. The oldest is the first.
pub(super) struct InFlight {
    messages: VecDeque<Message>,
    /// The number of the oldest.
    first: usize,
    receivers: usize,
    is_websocket: bool,
}

/// A message in flight.
struct Message {
    text: String,
    /// Its frame, once it is known.
    frame: Option<Vec<u8>>,
    /// The number of members who have received it.
    heard: usize,
}

/// The receiving side of one member.
pub(super) struct Ear {
    /// The beginning of a frame whose rest has not arrived yet.
    unread: Vec<u8>,
    /// The message that comes next.
    next: usize,
}

impl InFlight {
    /// Creates an empty list.
    pub(super) fn new(receivers: usize, is_websocket: bool) -> Self {
        Self { messages: VecDeque::new(), first: 0, receivers, is_websocket }
    }

    /// Returns the number of messages in flight.
    pub(super) fn count(&self) -> usize {
        self.messages.len()
    }

    /// Adds one more message, and returns its frame as it is sent to the server.
    pub(super) fn say(&mut self) -> Vec<u8> {
        let number = self.first + self.messages.len();
        let text = format!("{number:08} {:x<1$}", "", MESSAGE - 9);
        let frame = Frame::text(format!(r#"{{"msg":"{text}","key":"{number}"}}"#)).bytes();
        // A server without WebSocket passes the bytes on unchanged.
        let known = (!self.is_websocket).then(|| frame.clone());
        self.messages.push_back(Message { text, frame: known, heard: 0 });
        frame
    }

    /// One more member has received this message.
    fn is_heard(&mut self, number: usize) {
        self.messages[number - self.first].heard += 1;
        while self.messages.front().is_some_and(|oldest| oldest.heard == self.receivers) {
            self.messages.pop_front();
            self.first += 1;
        }
    }
}

impl Ear {
    /// Creates the state of a member who has received the beginning of something.
    pub(super) fn new(unread: Vec<u8>) -> Self {
        Self { unread, next: 0 }
    }

    /// Takes bytes that have arrived, and returns the number of messages in them.
    pub(super) fn hear(&mut self, bytes: &[u8], in_flight: &mut InFlight) -> Result<u64, String> {
        let mut heard = 0;
        let joined;
        let mut rest = bytes;
        if !self.unread.is_empty() {
            self.unread.extend(bytes);
            joined = std::mem::take(&mut self.unread);
            rest = &joined;
        }
        while !rest.is_empty() {
            let Some(message) = in_flight.messages.get_mut(self.next - in_flight.first) else {
                // No message is due, so this must be another kind of event.
                let Some((Frame { payload, .. }, size)) = Frame::read(rest) else { break };
                if contains(&payload, br#""msg":"#) {
                    return Err(wrong(&payload, "nothing"));
                }
                rest = &rest[size..];
                continue;
            };
            match &message.frame {
                Some(frame) if rest.starts_with(frame) => rest = &rest[frame.len()..],
                // The rest of the frame has not arrived yet.
                Some(frame) if frame.starts_with(rest) => break,
                Some(_) if !in_flight.is_websocket => return Err(wrong(rest, &message.text)),
                frame => {
                    let Some((Frame { payload, .. }, size)) = Frame::read(rest) else { break };
                    if !contains(&payload, br#""msg":"#) {
                        rest = &rest[size..];
                        continue;
                    }
                    let said = format!(r#""msg":"{}""#, message.text);
                    if frame.is_some() || !contains(&payload, said.as_bytes()) {
                        return Err(wrong(&payload, &message.text));
                    }
                    message.frame = Some(rest[..size].to_vec());
                    rest = &rest[size..];
                }
            }
            in_flight.is_heard(self.next);
            self.next += 1;
            heard += 1;
        }
        self.unread = rest.to_vec();
        Ok(heard)
    }
}

fn wrong(got: &[u8], said: &str) -> String {
    format!("a wrong message: {:?} instead of {said:?}", String::from_utf8_lossy(got))
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a text frame as a server sends it.
    fn frame(text: &str) -> Vec<u8> {
        let length = u16::try_from(text.len()).unwrap();
        [&[0x81, 126][..], &length.to_be_bytes(), text.as_bytes()].concat()
    }

    /// Returns the text of a message, as [`InFlight::say`] makes it.
    fn text(number: usize) -> String {
        format!("{number:08} {:x<1$}", "", MESSAGE - 9)
    }

    /// Two messages with an event between them, for two members.
    fn scene() -> (InFlight, Vec<u8>) {
        let mut in_flight = InFlight::new(2, true);
        let _ = (in_flight.say(), in_flight.say());
        let news = frame(r#"{"type":"joined","names":["ada"]}"#);
        let message = |number| frame(&format!(r#"{{"sender":"me","msg":"{}"}}"#, text(number)));
        (in_flight, [&news[..], &message(0), &news, &message(1), &news].concat())
    }

    #[test]
    fn messages_are_counted_wherever_the_bytes_are_cut_and_news_are_not() {
        let (_, bytes) = scene();
        for cut in 0..=bytes.len() {
            let (mut in_flight, bytes) = scene();
            for _ in 0..2 {
                let mut ear = Ear::new(Vec::new());
                let first = ear.hear(&bytes[..cut], &mut in_flight).unwrap();
                let second = ear.hear(&bytes[cut..], &mut in_flight).unwrap();
                assert_eq!(first + second, 2);
                assert_eq!(ear.unread, b"");
            }
            assert_eq!(in_flight.count(), 0, "everyone has heard everything");
        }
    }

    #[test]
    fn a_message_that_was_not_said_is_found_out() {
        let (mut in_flight, mut bytes) = scene();
        let place = bytes.windows(4).position(|four| four == b"xxxx").unwrap();
        bytes[place] = b'y';
        let problem = Ear::new(Vec::new()).hear(&bytes, &mut in_flight).unwrap_err();
        assert!(problem.starts_with("a wrong message"), "{problem}");
    }

    #[test]
    fn a_message_that_is_not_the_same_for_everyone_is_found_out() {
        let (mut in_flight, mut bytes) = scene();
        assert_eq!(Ear::new(Vec::new()).hear(&bytes, &mut in_flight), Ok(2));
        let sender = bytes.windows(4).position(|four| four == b"\"me\"").unwrap();
        bytes[sender + 1] = b'M';
        let problem = Ear::new(Vec::new()).hear(&bytes, &mut in_flight).unwrap_err();
        assert!(problem.starts_with("a wrong message"), "{problem}");
    }
}

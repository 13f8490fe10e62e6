//! A solution of `closing_handshake`: both sides of the closing handshake are remembered.

/// What our side has to do.
#[derive(Debug, PartialEq, Eq)]
enum Act {
    SendText(&'static str),
    /// Sends a close frame with this code, or with none.
    SendClose(Option<u16>),
    /// Ends the TCP connection.
    Drop,
}

/// One connection, from the opening handshake to its end.
#[derive(Default)]
struct Connection {
    /// Whether we have sent our close: nothing may follow it.
    has_sent_close: bool,
    /// Whether the peer has sent its close: what follows it is ignored.
    has_received_close: bool,
}

impl Connection {
    /// A text has arrived: it is echoed.
    fn receive_text(&mut self, text: &'static str) -> Vec<Act> {
        if self.has_sent_close { Vec::new() } else { vec![Act::SendText(text)] }
    }

    /// A close has arrived, with this code or with none.
    fn receive_close(&mut self, code: Option<u16>) -> Vec<Act> {
        if self.has_received_close {
            return Vec::new();
        }
        self.has_received_close = true;
        if self.has_sent_close {
            return vec![Act::Drop];
        }
        self.has_sent_close = true;
        vec![Act::SendClose(code), Act::Drop]
    }

    /// Our side closes, with this code.
    fn close(&mut self, code: u16) -> Vec<Act> {
        if self.has_sent_close {
            return Vec::new();
        }
        self.has_sent_close = true;
        vec![Act::SendClose(Some(code))]
    }
}

fn main() {}

#[cfg(test)]
mod tests {
    use super::*;

    /// What happens to a connection.
    #[derive(Clone, Copy)]
    enum Event {
        Text(&'static str),
        Close(Option<u16>),
        WeClose(u16),
    }
    use Event::{Close, Text, WeClose};

    #[test]
    fn a_text_is_echoed() {
        let hello = (Text("hello"), vec![Act::SendText("hello")]);
        let again = (Text("again"), vec![Act::SendText("again")]);
        expect([hello, again], "an open connection echoes every text");
    }

    #[test]
    fn a_close_is_answered_with_its_own_code() {
        for code in [1000, 1001, 4000] {
            let answer = vec![Act::SendClose(Some(code)), Act::Drop];
            let mistake = format!("a close with {code}: answer it with the same code, then drop");
            expect([(Close(Some(code)), answer)], &mistake);
        }
    }

    #[test]
    fn an_empty_close_is_answered_with_an_empty_one() {
        let answer = vec![Act::SendClose(None), Act::Drop];
        expect([(Close(None), answer)], "an empty close: answer it with an empty one, then drop");
    }

    #[test]
    fn the_side_that_closes_first_waits_for_the_answer() {
        for code in [1000, 1001] {
            for answer in [Some(code), Some(4000), None] {
                let our_close = (WeClose(code), vec![Act::SendClose(Some(code))]);
                let mistake = "we close first: send our close, and drop after the peer's";
                expect([our_close, (Close(answer), vec![Act::Drop])], mistake);
            }
        }
    }

    #[test]
    fn after_our_close_nothing_is_sent() {
        let our_close = (WeClose(1001), vec![Act::SendClose(Some(1001))]);
        let mistake = "we have sent our close, and nothing may follow it";
        expect([our_close, (Text("wait!"), vec![])], mistake);
        let our_close = (WeClose(1001), vec![Act::SendClose(Some(1001))]);
        let mistake = "we have sent our close, and a second one may not follow it";
        expect([our_close, (WeClose(1000), vec![])], mistake);
    }

    #[test]
    fn the_answer_to_a_close_is_our_close() {
        let answer = vec![Act::SendClose(Some(1000)), Act::Drop];
        let mistake = "the answer to a close was our close, and a second one may not follow it";
        expect([(Close(Some(1000)), answer), (WeClose(1001), vec![])], mistake);
    }

    #[test]
    fn after_the_peers_close_everything_is_ignored() {
        let late = [Text("wait!"), Close(Some(1000)), Close(None)];
        for late in late {
            let answer = vec![Act::SendClose(Some(1000)), Act::Drop];
            let mistake = "after the peer's close everything is ignored";
            expect([(Close(Some(1000)), answer), (late, vec![])], mistake);
        }
        for late in late {
            let our_close = (WeClose(1001), vec![Act::SendClose(Some(1001))]);
            let answer = (Close(Some(1001)), vec![Act::Drop]);
            let mistake = "after both closes everything is ignored";
            expect([our_close, answer, (late, vec![])], mistake);
        }
    }

    #[test]
    fn in_any_order_one_close_is_sent_and_one_drop_follows() {
        let events = [Text("hello"), Close(Some(1000)), Close(None), WeClose(1001)];
        let mut stories: Vec<Vec<Event>> = vec![vec![]];
        for _ in 0..4 {
            let longer = |story: &Vec<Event>| events.map(|event| [&story[..], &[event]].concat());
            stories = stories.iter().flat_map(longer).collect();
            for story in &stories {
                let mut connection = Connection::default();
                let acts: Vec<Act> =
                    story.iter().flat_map(|event| happen(&mut connection, *event)).collect();
                let count = |what: fn(&Act) -> bool| acts.iter().filter(|act| what(act)).count();
                let closes = count(|act| matches!(act, Act::SendClose(_)));
                let drops = count(|act| *act == Act::Drop);
                let is_closed = story.iter().any(|event| !matches!(event, Text(_)));
                let has_received = story.iter().any(|event| matches!(event, Close(_)));
                let expected = (usize::from(is_closed), usize::from(has_received));
                assert!(
                    (closes, drops) == expected,
                    "a connection sends one close, and is dropped once it has received one\n  \
                     events:   {}\n  yours:    {acts:?}\n  expected: closes sent: {}, drops: {}",
                    calls(story),
                    expected.0,
                    expected.1,
                );
            }
        }
    }

    /// The calls of a story, in words.
    fn calls(story: &[Event]) -> String {
        let call = |event: &Event| match event {
            Text(text) => format!("receive_text({text:?})"),
            Close(code) => format!("receive_close({code:?})"),
            WeClose(code) => format!("close({code})"),
        };
        story.iter().map(call).collect::<Vec<_>>().join("\n            ")
    }

    fn happen(connection: &mut Connection, event: Event) -> Vec<Act> {
        match event {
            Text(text) => connection.receive_text(text),
            Close(code) => connection.receive_close(code),
            WeClose(code) => connection.close(code),
        }
    }

    /// Compares what your connection does at each of the events.
    #[track_caller]
    fn expect<const COUNT: usize>(story: [(Event, Vec<Act>); COUNT], mistake: &str) {
        let mut connection = Connection::default();
        let mut events = Vec::new();
        for (event, expected) in story {
            let yours = happen(&mut connection, event);
            events.push(event);
            assert!(
                yours == expected,
                "{mistake}\n  events:   {}\n  yours:    {yours:?}\n  expected: {expected:?}",
                calls(&events),
            );
        }
    }
}

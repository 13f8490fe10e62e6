//! Answers every close, the answer to its own among them.
//!
//! Fails: who_closes_first_waits_for_the_answer
//!   "that was the answer to our close: it needs none"

/// What we do.
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
    /// We have sent our close: nothing may follow it.
    has_sent_close: bool,
    /// The peer has sent its close: what follows it is ignored.
    has_heard_close: bool,
}

impl Connection {
    /// A text has come: it is echoed.
    fn hears_text(&mut self, text: &'static str) -> Vec<Act> {
        if self.has_sent_close { Vec::new() } else { vec![Act::SendText(text)] }
    }

    /// A close has come.
    fn hears_close(&mut self, code: Option<u16>) -> Vec<Act> {
        if self.has_heard_close {
            return Vec::new();
        }
        self.has_heard_close = true;
        self.has_sent_close = true;
        vec![Act::SendClose(code), Act::Drop]
    }

    /// We want to close, with this code.
    fn closes(&mut self, code: u16) -> Vec<Act> {
        if self.has_sent_close {
            return Vec::new();
        }
        self.has_sent_close = true;
        vec![Act::SendClose(Some(code))]
    }
}

//! Answers every close with 1000.
//!
//! Fails: an_empty_close_is_answered_with_an_empty_one
//!   "there was no code: make none up"

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
        if self.has_sent_close {
            return vec![Act::Drop];
        }
        self.has_sent_close = true;
        vec![Act::SendClose(code.or(Some(1000))), Act::Drop]
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

//! Answers every close with 1000.
//!
//! Fails: an_empty_close_is_answered_with_an_empty_one
//!   "an empty close: answer it with an empty one, then drop"

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
        vec![Act::SendClose(code.or(Some(1000))), Act::Drop]
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

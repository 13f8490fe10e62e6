//! Answers every close, even the one that answers its own.
//!
//! Fails: after_the_peers_close_everything_is_ignored
//!   "after both closes everything is ignored"
//! Fails: in_any_order_one_close_is_sent_and_one_drop_follows
//!   "a connection sends one close, and is dropped once it has received one"
//! Fails: the_side_that_closes_first_waits_for_the_answer
//!   "we close first: send our close, and drop after the peer's"

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

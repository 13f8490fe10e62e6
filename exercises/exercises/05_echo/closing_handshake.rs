//! # Repair this connection: nobody says goodbye
//!
//! A connection ends well if each side has sent one close and got one: the closing handshake (RFC
//! 6455 §7.1). Then the server ends the TCP connection. This one drops it as soon as it hears a
//! close, or wants to close itself, and the browser reports 1006: "lost" (fault F14).
//!
//! Repair `Connection`. A close that comes is answered with its own code, or with an empty close if
//! it had none; then we drop the connection. If we have closed first, the peer's close is the
//! answer to ours: we only drop. Nothing is sent after our close, and what comes after the peer's
//! is ignored.
//!
//! Fails: a_close_is_answered_with_its_own_code
//!   "dropped without an answer: the browser reports 1006 (F14)"
//! Fails: an_empty_close_is_answered_with_an_empty_one
//!   "dropped without an answer"
//! Fails: who_closes_first_waits_for_the_answer
//!   "we have to send our close, and wait for the other one"
//! Fails: after_our_close_nothing_is_sent
//!   "a text after our close"
//! Fails: after_the_peers_close_nothing_is_heard
//!   "a second close of the peer"
//!
//! Chapter: book/src/05-echo.md#exercises

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
    is_closed: bool,
}

impl Connection {
    /// A text has come: it is echoed.
    fn hears_text(&mut self, text: &'static str) -> Vec<Act> {
        if self.is_closed { Vec::new() } else { vec![Act::SendText(text)] }
    }

    /// A close has come.
    fn hears_close(&mut self, _code: Option<u16>) -> Vec<Act> {
        // TODO: what does the peer wait for?
        self.is_closed = true;
        vec![Act::Drop]
    }

    /// We want to close, with this code.
    fn closes(&mut self, _code: u16) -> Vec<Act> {
        // TODO: and who hears of it?
        vec![Act::Drop]
    }
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_echoed() {
        let acts = Connection::default().hears_text("hello");
        assert_eq!(acts, [Act::SendText("hello")], "an open connection echoes");
    }

    #[test]
    fn a_close_is_answered_with_its_own_code() {
        let acts = Connection::default().hears_close(Some(1000));
        assert_ne!(acts, [Act::Drop], "dropped without an answer: the browser reports 1006 (F14)");
        assert_eq!(acts, [Act::SendClose(Some(1000)), Act::Drop], "the same code, then the end");
    }

    #[test]
    fn an_empty_close_is_answered_with_an_empty_one() {
        let acts = Connection::default().hears_close(None);
        assert_ne!(acts, [Act::Drop], "dropped without an answer: the browser reports 1006 (F14)");
        assert_eq!(acts, [Act::SendClose(None), Act::Drop], "there was no code: make none up");
    }

    #[test]
    fn who_closes_first_waits_for_the_answer() {
        let mut connection = Connection::default();
        let acts = connection.closes(1001);
        let why = "we have to send our close, and wait for the other one";
        assert_eq!(acts, [Act::SendClose(Some(1001))], "{why}");
        let acts = connection.hears_close(Some(1001));
        assert_eq!(acts, [Act::Drop], "that was the answer to our close: it needs none");
    }

    #[test]
    fn after_our_close_nothing_is_sent() {
        let mut connection = Connection::default();
        connection.closes(1001);
        assert_eq!(connection.hears_text("wait!"), [], "a text after our close");
        assert_eq!(connection.closes(1000), [], "a second close after our close");
    }

    #[test]
    fn after_the_peers_close_nothing_is_heard() {
        let mut connection = Connection::default();
        connection.hears_close(Some(1000));
        assert_eq!(connection.hears_text("wait!"), [], "a text after the peer's close");
        assert_eq!(connection.hears_close(Some(1000)), [], "a second close of the peer");
    }
}

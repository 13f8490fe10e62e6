//! A raw TCP connection whose other end is under test.
//!
//! The verbs say who does what: a wire *sends*, and it *expects* what the other end sends. Every
//! wait ends after [`PATIENCE`], and every failure shows the transcript so far.

use std::io::{ErrorKind, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::frames::frame::Frame;
use crate::frames::header::Header;
use crate::frames::opcode::Opcode;
use crate::frames::role::Role;
use crate::patience::PATIENCE;
use crate::transcript::record::{Transcript, Way, shown};
use crate::wire::http::Request;
use crate::wire::http::head_size;
use crate::wire::incoming::{Arrival, Incoming};
use crate::wire::wrong_byte::wrong_byte;

/// A raw TCP connection that keeps a transcript.
pub struct Wire {
    pub(super) stream: TcpStream,
    pub(super) incoming: Incoming,
    pub(super) transcript: Transcript,
    pub(super) role: Role,
    pub(super) server: SocketAddr,
    pub(super) request: Option<Request>,
}

impl Wire {
    /// Sends bytes, right or wrong, in one write.
    ///
    /// It is not a failure if the other end has closed the connection: when a sender notices this
    /// is a matter of luck. The next expectation fails instead, if its bytes do not come.
    #[track_caller]
    pub fn sends(&mut self, bytes: &[u8]) -> &mut Self {
        self.transcript.records(Way::Out, bytes);
        self.writes(bytes);
        self
    }

    /// Sends text: a request, say, with its `\r\n`s written out.
    #[track_caller]
    pub fn sends_text(&mut self, text: &str) -> &mut Self {
        self.transcript.records_text(Way::Out, text.as_bytes());
        self.writes(text.as_bytes());
        self
    }

    /// Sends bytes in as many writes as there are bytes.
    #[track_caller]
    pub fn sends_a_byte_at_a_time(&mut self, bytes: &[u8]) -> &mut Self {
        self.transcript.records_one_by_one(Way::Out, bytes);
        for byte in bytes {
            self.writes(&[*byte]);
        }
        self
    }

    /// Sends a frame, masked if this wire is the client (unless the frame says otherwise).
    #[track_caller]
    pub fn sends_frame(&mut self, frame: &Frame) -> &mut Self {
        self.sends(&frame.bytes_from(self.role))
    }

    /// Sends frames in one write.
    #[track_caller]
    pub fn sends_frames(&mut self, frames: &[Frame]) -> &mut Self {
        let bytes: Vec<u8> = frames.iter().flat_map(|frame| frame.bytes_from(self.role)).collect();
        self.sends(&bytes)
    }

    /// Expects exactly these bytes next.
    #[track_caller]
    pub fn expects(&mut self, expected: &[u8]) -> &mut Self {
        let sender = self.role.other();
        let missing = format!("these bytes were expected:\n{}\n", shown(expected, sender));
        self.finds(&missing, |there| {
            match there.iter().zip(expected).position(|(byte, due)| byte != due) {
                Some(wrong) => Err(wrong_byte(expected, there, wrong, sender)),
                None => Ok((there.len() >= expected.len()).then_some(())),
            }
        });
        let bytes = self.incoming.takes(expected.len());
        self.transcript.records(Way::In, &bytes);
        self
    }

    /// Expects a frame, whichever it is, that breaks no rule that all frames are under.
    #[track_caller]
    pub fn expects_frame(&mut self) -> Frame {
        let sender = self.role.other();
        let (header_size, frame, size) = self.finds("a frame was expected", |bytes| {
            let Some(header) = Header::read(bytes) else { return Ok(None) };
            let faults = header.faults(sender);
            if !faults.is_empty() {
                return Err(format!("a frame was expected that is right: {}", faults.join(", ")));
            }
            Ok(Frame::read(bytes).map(|(frame, size)| (header.size, frame, size)))
        });
        let bytes = self.incoming.takes(size);
        if frame.is_masked() {
            self.transcript.records_random_masking(Way::In, &bytes, header_size);
        } else {
            self.transcript.records(Way::In, &bytes);
        }
        frame
    }

    /// Waits until something has arrived that is not used up yet, for work that may take longer than
    /// [`PATIENCE`]. The expectation that follows fails if nothing has.
    pub fn waits_for_bytes(&mut self, at_most: Duration) -> &mut Self {
        if self.incoming.bytes().is_empty() {
            self.incoming.waits_for_more(Instant::now() + at_most);
        }
        self
    }

    /// Waits for a frame, whatever it is, and returns `None` if none has come in time or the other
    /// end has closed the connection.
    pub fn waits_for_frame(&mut self, at_most: Duration) -> Option<Frame> {
        let deadline = Instant::now() + at_most;
        while Frame::read(self.incoming.bytes()).is_none() {
            if self.incoming.waits_for_more(deadline) != Arrival::Bytes {
                return None;
            }
        }
        Some(self.expects_frame())
    }

    /// Expects a close frame with this status code, after whatever other frames come before it;
    /// 1005 stands for one without a status code (RFC 6455 §7.1.5).
    #[track_caller]
    pub fn expects_close(&mut self, code: u16) -> Frame {
        loop {
            let frame = self.expects_frame();
            if frame.opcode != Opcode::Close {
                continue;
            }
            if frame.close_code() != code {
                self.fails(&format!("close {code} was expected, not {}", frame.close_code()));
            }
            return frame;
        }
    }

    /// Expects that the other end closes the connection, with nothing before it.
    #[track_caller]
    pub fn expects_end(&mut self) -> &mut Self {
        let other = self.role.other().name();
        if !self.incoming.bytes().is_empty() {
            self.fails("the end was expected: bytes came");
        }
        match self.incoming.waits_for_more(Instant::now() + PATIENCE) {
            Arrival::End => self.transcript.ends(&format!("closed by the {other}")),
            Arrival::Reset => {
                self.transcript.ends(&format!("closed by the {other} (reset)"));
            }
            Arrival::TimeUp => self.fails("the end was expected: nothing came in time"),
            Arrival::Bytes => self.fails("the end was expected: bytes came"),
        }
        self
    }

    /// Says that it will send no more, and goes on reading.
    #[track_caller]
    pub fn half_closes(&mut self) -> &mut Self {
        // Fails only if the other end has closed the connection: then there is nothing to do.
        let _ = self.stream.shutdown(Shutdown::Write);
        self.transcript
            .ends(&format!("half-closed by the {}, which still reads", self.role.name()));
        self
    }

    /// Leaves all further frames out of the transcript: to describe thousands of them takes longer
    /// than to send them.
    pub fn leaves_frames_out(&mut self) -> &mut Self {
        self.transcript.leaves_frames_out();
        self
    }

    /// What went over the wire so far: `→` what this end sent, `←` what the other end sent, `×`
    /// how it ended.
    pub fn transcript(&self) -> String {
        self.transcript.text()
    }

    /// The server's address as a `Host` header has it.
    pub fn host(&self) -> String {
        self.server.to_string()
    }

    /// The connection itself, for what this type has no verb for; the transcript knows nothing of
    /// it.
    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }

    #[track_caller]
    pub(super) fn over(stream: TcpStream, role: Role, server: SocketAddr) -> Self {
        // Every write leaves at once, as its own segment if the network likes.
        stream.set_nodelay(true).expect("an option of an open connection can be set");
        stream.set_write_timeout(Some(PATIENCE)).expect("a timeout over zero can be set");
        let reader = stream.try_clone().expect("an open connection can be cloned");
        Self {
            stream,
            incoming: Incoming::new(reader),
            transcript: Transcript::new(role, server),
            role,
            server,
            request: None,
        }
    }

    #[track_caller]
    pub(super) fn writes(&mut self, bytes: &[u8]) {
        let Err(error) = self.stream.write_all(bytes) else {
            return;
        };
        let is_closed = matches!(
            error.kind(),
            ErrorKind::BrokenPipe | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted
        );
        if !is_closed {
            self.fails(&format!("cannot send: {error} (does the other end read?)"));
        }
    }

    /// Waits for a head and uses it up.
    #[track_caller]
    pub(super) fn head(&mut self, missing: &str) -> Vec<u8> {
        let size = self.finds(missing, |bytes| Ok(head_size(bytes)));
        self.incoming.takes(size)
    }

    /// Waits until `find` finds something in the bytes that have come and are not used up. The test
    /// fails if it returns an error, or with `missing` if no more bytes come.
    #[track_caller]
    fn finds<T>(&mut self, missing: &str, find: impl Fn(&[u8]) -> Result<Option<T>, String>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match find(self.incoming.bytes()) {
                Ok(Some(found)) => return found,
                Ok(None) => {}
                Err(wrong) => self.fails(&wrong),
            }
            let arrival = self.incoming.waits_for_more(deadline);
            if arrival != Arrival::Bytes {
                self.fails(&format!("{missing}: {}", arrival.told()));
            }
        }
    }

    #[track_caller]
    pub(super) fn fails(&self, message: &str) -> ! {
        panic!(
            "{message}\n\nnot used up yet:\n{}\n\nthe transcript so far:\n{}\n",
            shown(self.incoming.bytes(), self.role.other()),
            self.transcript(),
        );
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// A client's wire and a server's, joined.
    fn joined() -> (Wire, Wire) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let client = thread::spawn(move || {
            let mut client = Wire::connect(address);
            client.opens("/chat");
            client
        });
        let mut server = Wire::accepts(&listener);
        server.answers_upgrade();
        (client.join().unwrap(), server)
    }

    #[test]
    fn both_parts_understand_each_other() {
        let (mut client, mut server) = joined();
        assert_eq!(server.request().target, "/chat");
        client.sends_frames(&[Frame::text("hello"), Frame::close(1000, "")]);
        assert_eq!(server.expects_frame().into_text(), "hello");
        server.expects_close(1000);
        server.sends_frame(&Frame::close(1000, "bye"));
        client.expects(&[0x88, 5, 0x03, 0xe8, b'b', b'y', b'e']);
        server.half_closes();
        client.expects_end();
        assert_eq!(
            client.transcript(),
            "→ opening handshake for /chat\n\
             ← 101 Switching Protocols\n\
             → 81 85 37 fa 21 3d 5f 9f  4d 51 58\n  \
               text, final, masked · \"hello\"\n  \
               88 82 37 fa 21 3d 34 12\n  \
               close 1000, masked\n\
             ← 88 05 03 e8 62 79 65\n  \
               close 1000 · \"bye\"\n\
             × closed by the server"
        );
        assert_eq!(
            server.transcript(),
            "← GET /chat HTTP/1.1␍␊\n  \
               Host: HOST␍␊\n  \
               Upgrade: websocket␍␊\n  \
               Connection: Upgrade␍␊\n  \
               Sec-WebSocket-Key: (random key)␍␊\n  \
               Sec-WebSocket-Version: 13␍␊\n  \
               ␍␊\n\
             → HTTP/1.1 101 Switching Protocols␍␊\n  \
               Upgrade: websocket␍␊\n  \
               Connection: Upgrade␍␊\n  \
               Sec-WebSocket-Accept: (answer to the key)␍␊\n  \
               ␍␊\n\
             ← 81 85 kk kk kk kk mm mm  mm mm mm\n  \
               text, final, masked · \"hello\"\n\
             ← 88 82 kk kk kk kk mm mm\n  \
               close 1000, masked\n\
             → 88 05 03 e8 62 79 65\n  \
               close 1000 · \"bye\"\n\
             × half-closed by the server, which still reads"
        );
    }

    #[test]
    #[should_panic(expected = "close 1002 was expected, not 1000")]
    fn another_status_code_fails() {
        let (mut client, mut server) = joined();
        server.sends_frame(&Frame::close(1000, ""));
        client.expects_close(1002);
    }

    #[test]
    #[should_panic(expected = "a server must not mask (§5.1)")]
    fn a_masked_frame_from_a_server_fails() {
        let (mut client, mut server) = joined();
        server.sends_frame(&Frame::text("hi").masked_with([1, 2, 3, 4]));
        client.expects_frame();
    }

    #[test]
    #[should_panic(expected = "the end was expected: bytes came")]
    fn bytes_before_the_end_fail() {
        let (mut client, mut server) = joined();
        server.sends_frame(&Frame::ping(""));
        drop(server);
        client.expects_end();
    }

    #[test]
    fn a_response_is_read_with_its_body() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = Wire::connect(listener.local_addr().unwrap());
        let host = client.host();
        client.sends_a_byte_at_a_time(format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes());
        let mut server = Wire::accepts(&listener);
        server.sends_text("HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nnone\n");
        let response = client.expects_response();
        assert_eq!((response.status, response.reason.as_str()), (404, "Not Found"));
        assert_eq!(response.header("content-length"), Some("5"));
        assert_eq!(response.text(), "none\n");
        assert_eq!(
            client.transcript(),
            "→ a byte at a time:\n  \
               GET / HTTP/1.1␍␊\n  \
               Host: HOST␍␊\n  \
               ␍␊\n\
             ← HTTP/1.1 404 Not Found␍␊\n  \
               Content-Length: 5␍␊\n  \
               ␍␊\n  \
               none␊"
        );
    }
}

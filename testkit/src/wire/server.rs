//! The server's part of a wire, for testing a client.

use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;

use crate::frames::role::Role;
use crate::patience::PATIENCE;
use crate::transcript::record::Way;
use crate::wire::connection::Wire;
use crate::wire::handshake::{accept_value, header_lines};
use crate::wire::http::Request;

impl Wire {
    /// Accepts a client, and reads its request up to the blank line.
    #[track_caller]
    pub fn accepts(listener: &TcpListener) -> Self {
        let server = listener.local_addr().expect("a listener has an address");
        let acceptor = listener.try_clone().expect("a listener can be cloned");
        // `accept` knows no timeout.
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || sender.send(acceptor.accept()));
        let Ok(Ok((stream, _))) = receiver.recv_timeout(PATIENCE) else {
            panic!("no client came in {PATIENCE:?}");
        };
        let mut wire = Self::over(stream, Role::Server, server);
        let head = wire.head("a request was expected");
        wire.transcript.records_text(Way::In, &head);
        wire.request = Request::read(&head);
        wire
    }

    /// The request that came.
    #[track_caller]
    pub fn request(&self) -> &Request {
        self.request.as_ref().expect("only a wire that has accepted a request has one")
    }

    /// Accepts the opening handshake.
    #[track_caller]
    pub fn answers_upgrade(&mut self) -> &mut Self {
        self.answers_upgrade_with(&[])
    }

    /// Accepts the opening handshake with further headers.
    #[track_caller]
    pub fn answers_upgrade_with(&mut self, headers: &[(&str, &str)]) -> &mut Self {
        let Some(key) = self.request().header("sec-websocket-key") else {
            self.fails("a request with Sec-WebSocket-Key was expected");
        };
        let response = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {}\r\n{}\r\n",
            accept_value(key),
            header_lines(headers)
        );
        self.sends_text(&response);
        self.transcript.is_framed_from_here();
        self
    }
}

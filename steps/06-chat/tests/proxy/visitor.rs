//! Somebody who comes over TLS.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;
use testkit::PATIENCE;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tungstenite::client::IntoClientRequest;
use tungstenite::{Error, HandshakeError, Message, WebSocket, client};

use crate::deployment::Deployment;

type Tls = StreamOwned<ClientConnection, TcpStream>;

/// How a connection ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With a close frame that has this code.
    Close(u16),
    /// Without a close frame.
    Cut,
}

/// The answer to an opening handshake that was refused.
#[derive(Debug, Default)]
pub(crate) struct Refused {
    /// The status, or 0 if the proxy has closed the connection without an answer.
    pub(crate) status: u16,
    pub(crate) text: String,
}

/// A WebSocket of somebody who comes over TLS.
pub(crate) struct Visitor {
    socket: WebSocket<Tls>,
}

impl Deployment {
    /// Opens a WebSocket, such as `wss://chat.example.com/ws/tea/Ada`, from a page of this origin.
    ///
    /// # Errors
    /// The answer, if that is refused.
    pub(crate) fn opens(&self, url: &str, origin: Option<&str>) -> Result<Visitor, Refused> {
        let mut request = url.into_client_request().unwrap();
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        let stream = self.tls(request.uri().host().unwrap()).map_err(|_| Refused::default())?;
        match client(request, stream) {
            Ok((socket, _)) => Ok(Visitor { socket }),
            Err(HandshakeError::Failure(Error::Http(response))) => {
                let body = response.body().as_deref().unwrap_or_default();
                Err(Refused {
                    status: response.status().as_u16(),
                    text: String::from_utf8_lossy(body).into_owned(),
                })
            }
            Err(_) => Err(Refused::default()),
        }
    }

    /// Enters a room, and is welcome there.
    #[track_caller]
    pub(crate) fn enters(&self, target: &str) -> Visitor {
        let url = format!("wss://chat.example.com{target}");
        let opened = self.opens(&url, Some("https://chat.example.com"));
        let mut visitor = opened.unwrap_or_else(|refused| panic!("{:?}: {refused:?}", self.make));
        let welcome = visitor.hears();
        assert_eq!(welcome["type"], "welcome", "{:?}: {welcome}", self.make);
        visitor
    }

    /// Asks for a page, such as `https://chat.example.com/`, and returns the status.
    pub(crate) fn gets(&self, url: &str) -> u16 {
        self.gets_all(url).0
    }

    /// Asks for a page, and returns the status and the body.
    pub(crate) fn gets_all(&self, url: &str) -> (u16, String) {
        let (host, path) = url.strip_prefix("https://").unwrap().split_once('/').unwrap();
        let mut stream = self.tls(host).unwrap();
        let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        // Whether the end of TLS is announced does not matter here.
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }

    /// Connects to the proxy, which has to have a certificate for this host.
    pub(crate) fn tls(&self, host: &str) -> io::Result<Tls> {
        let mut trusted = RootCertStore::empty();
        trusted.add(self.authority.clone()).unwrap();
        let config = ClientConfig::builder().with_root_certificates(trusted).with_no_client_auth();
        let name = host.to_owned().try_into().unwrap();
        let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut stream = TcpStream::connect(self.proxy.https())?;
        stream.set_read_timeout(Some(PATIENCE))?;
        connection.complete_io(&mut stream)?;
        Ok(StreamOwned::new(connection, stream))
    }
}

impl Visitor {
    #[track_caller]
    pub(crate) fn says(&mut self, text: &str) {
        self.socket.send(Message::text(text)).unwrap();
    }

    #[track_caller]
    pub(crate) fn hears(&mut self) -> Value {
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => return serde_json::from_str(&text).unwrap(),
                Ok(Message::Ping(_)) => {}
                other => panic!("a text was expected, not {other:?}"),
            }
        }
    }

    #[track_caller]
    pub(crate) fn hears_of(&mut self, kind: &str) -> Value {
        loop {
            let heard = self.hears();
            if heard["type"] == kind {
                return heard;
            }
        }
    }

    /// Answers pings until `count` have come, and passes over everything else.
    #[track_caller]
    pub(crate) fn answers_pings(&mut self, count: usize) {
        let mut pings = 0;
        while pings < count {
            pings += usize::from(self.socket.read().expect("a ping was expected").is_ping());
        }
    }

    /// Waits until the connection ends, and returns how.
    #[track_caller]
    pub(crate) fn ends(mut self) -> End {
        let deadline = Instant::now() + 2 * PATIENCE;
        let mut end = End::Cut;
        while Instant::now() < deadline {
            match self.socket.read() {
                Ok(Message::Close(close)) => {
                    end = End::Close(close.map_or(1005, |close| close.code.into()));
                }
                Ok(_) => {}
                Err(Error::Io(error)) if is_late(error.kind()) => {}
                Err(_) => return end,
            }
        }
        panic!("the connection has not ended");
    }

    /// Closes the connection as one should.
    #[track_caller]
    pub(crate) fn leaves(mut self) {
        self.socket.close(None).unwrap();
        while self.socket.read().is_ok() {}
    }
}

fn is_late(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

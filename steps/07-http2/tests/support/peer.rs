//! A client that follows the rules, by the crate `h2`.

use bytes::Bytes;
use h2::client::{SendRequest, handshake};
use h2::ext::Protocol;
use h2::{RecvStream, SendStream};
use http::{Method, Request, Response};
use testkit::{Frame, PATIENCE, Server};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Starts the server without TLS, with these flags.
#[track_caller]
pub(crate) fn start(flags: &[&str]) -> Server {
    Server::start(env!("CARGO_BIN_EXE_http2"), &[&["--prior-knowledge"], flags].concat())
}

/// A connection of HTTP/2.
pub(crate) struct Peer {
    pub(crate) requests: SendRequest<Bytes>,
    /// The task that reads and writes. It ends with the connection, and returns the error, if any.
    pub(crate) task: tokio::task::JoinHandle<Result<(), h2::Error>>,
    authority: String,
}

impl Peer {
    pub(crate) async fn connects(server: &Server) -> Self {
        let stream = TcpStream::connect(server.address()).await.unwrap();
        let (mut requests, connection) = handshake(stream).await.unwrap();
        let task = tokio::spawn(connection);
        let authority = server.address().to_string();
        while !requests.is_extended_connect_protocol_enabled() {
            requests = soon(requests.ready()).await.unwrap();
            tokio::task::yield_now().await;
        }
        Self { requests, task, authority }
    }

    /// Returns an extended CONNECT, which may be changed before it is sent.
    pub(crate) fn request(&self, path: &str) -> Request<()> {
        let request = Request::builder().method(Method::CONNECT);
        let request = request.uri(format!("http://{}{path}", self.authority));
        let request = request.header("sec-websocket-version", "13");
        request.extension(Protocol::from_static("websocket")).body(()).unwrap()
    }

    /// Sends a request, and returns the answer and both directions of the stream.
    pub(crate) async fn asks(
        &mut self,
        request: Request<()>,
    ) -> (Response<RecvStream>, SendStream<Bytes>) {
        self.requests = soon(self.requests.clone().ready()).await.unwrap();
        let (answer, sending) = self.requests.send_request(request, false).unwrap();
        (soon(answer).await.unwrap(), sending)
    }

    /// Opens a WebSocket.
    pub(crate) async fn opens(&mut self, path: &str) -> Socket {
        let (answer, sending) = self.asks(self.request(path)).await;
        assert_eq!(answer.status(), 200, "{answer:?}");
        Socket { sending, receiving: answer.into_body(), received: Vec::new() }
    }
}

/// A WebSocket that is a stream.
pub(crate) struct Socket {
    pub(crate) sending: SendStream<Bytes>,
    pub(crate) receiving: RecvStream,
    received: Vec<u8>,
}

impl Socket {
    pub(crate) fn sends(&mut self, frame: Frame) {
        let bytes = frame.masked_with([1, 2, 3, 4]).bytes();
        self.sending.send_data(bytes.into(), false).unwrap();
    }

    /// Returns the next frame. Panics if the stream ends instead.
    pub(crate) async fn expects_frame(&mut self) -> Frame {
        loop {
            if let Some((frame, length)) = Frame::read(&self.received) {
                self.received.drain(..length);
                return frame;
            }
            let data = soon(self.receiving.data()).await;
            let data = data.expect("a frame is still to come").unwrap();
            self.receiving.flow_control().release_capacity(data.len()).unwrap();
            self.received.extend_from_slice(&data);
        }
    }

    /// Waits until the server ends its side of the stream. Nothing comes before.
    pub(crate) async fn expects_end(&mut self) {
        while let Some(data) = soon(self.receiving.data()).await {
            assert!(data.unwrap().is_empty());
        }
        assert!(self.receiving.is_end_stream());
    }

    /// Waits for a JSON message of this type.
    pub(crate) async fn hears_of(&mut self, kind: &str) -> serde_json::Value {
        loop {
            let text = self.expects_frame().await.into_text();
            let message: serde_json::Value = serde_json::from_str(&text).unwrap();
            if message["type"] == kind {
                return message;
            }
        }
    }
}

/// Returns the text of an answer.
pub(crate) async fn text_of(mut body: RecvStream) -> String {
    let mut text = Vec::new();
    while let Some(data) = soon(body.data()).await {
        let data = data.unwrap();
        body.flow_control().release_capacity(data.len()).unwrap();
        text.extend_from_slice(&data);
    }
    String::from_utf8(text).unwrap()
}

/// Waits as long as a test should.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("this should not take so long")
}

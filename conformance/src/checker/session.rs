//! What one check works with: the server's address, and the time that it may take.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::checker::options::Options;
use crate::checker::wire::conversation::Answer;
use crate::checker::wire::peer::Peer;
use crate::checker::wire::record::{Mark, sent};
use crate::checker::wire::request::Request;
use crate::checker::wire::response::Response;
use crate::checker::wire::stop::{Judgement, Stop};
use crate::checker::wire::transport::Transport;

/// How long to wait for something that a server may send but need not.
pub(crate) const LONG_QUIET: Duration = Duration::from_millis(600);

/// One check's view of the server.
pub(crate) struct Session<'run> {
    pub(crate) options: &'run Options,
    /// When this check must be done.
    pub(crate) until: Instant,
    /// The memory that the server had at the start, in bytes, if that is known.
    pub(crate) memory: Option<u64>,
}

impl Session<'_> {
    /// A request that the server must accept.
    pub(crate) fn request(&self) -> Request {
        Request::new(&self.options.target)
    }

    /// Opens a TCP connection.
    ///
    /// # Errors
    /// [`Stop::Unseen`]: whether the server accepts connections at all is for another check.
    pub(crate) fn connect(&self) -> Result<Peer, Stop> {
        self.try_connect().map_err(|error| {
            Stop::Unseen(format!("the server took no further connection ({error})"))
        })
    }

    /// The same, with the system's own error.
    pub(crate) fn try_connect(&self) -> std::io::Result<Peer> {
        let mut last = std::io::Error::other("the host has no address");
        for address in &self.options.target.addresses {
            let left = self.until.saturating_duration_since(Instant::now());
            let time = self.options.answer.min(left).max(Duration::from_millis(1));
            match TcpStream::connect_timeout(address, time) {
                Ok(stream) => {
                    let tls = self.options.target.tls.as_ref();
                    let transport = Transport::new(stream, tls, Instant::now() + time)?;
                    return Ok(Peer::new(transport, self.options.answer, self.until));
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Opens a TCP connection and sends these bytes.
    pub(crate) fn send(&self, bytes: &[u8]) -> Result<Peer, Stop> {
        let mut peer = self.connect()?;
        peer.send(bytes);
        Ok(peer)
    }

    /// Opens a WebSocket.
    ///
    /// # Errors
    /// [`Stop::Unseen`] if there is no 101: that is for another check.
    pub(crate) fn open(&self) -> Result<Peer, Stop> {
        self.open_with(&self.request()).map(|(peer, _)| peer)
    }

    /// Opens a WebSocket by this request.
    pub(crate) fn open_with(&self, request: &Request) -> Result<(Peer, Response), Stop> {
        let mut peer = self.send(&request.bytes())?;
        let why = match peer.answer() {
            Answer::Response(response) if response.status == 101 => {
                peer.opened();
                return Ok((peer, response));
            }
            Answer::Response(response) => {
                format!("the opening handshake was answered with {}", response.status)
            }
            Answer::Broken(..) => "the answer was not HTTP".to_owned(),
            Answer::Ended(how) => format!("the server {how} instead of opening"),
            Answer::Quiet => "the opening handshake was not answered".to_owned(),
        };
        Err(Stop::Unseen(why))
    }

    /// Expects that a request which is right is answered with 101.
    pub(crate) fn accepts(&self, request: &Request) -> Judgement {
        self.send(&request.bytes())?.opens()
    }

    /// Expects that a request is answered, and not with 101. `wrong` is what is wrong in it.
    pub(crate) fn refuses(&self, request: &Request, wrong: &str) -> Judgement {
        self.refuses_bytes(&request.bytes(), wrong)
    }

    /// The same for a request that no [`Request`] can be.
    pub(crate) fn refuses_bytes(&self, bytes: &[u8], wrong: &str) -> Judgement {
        let mut peer = self.send(bytes)?;
        match peer.answer() {
            Answer::Response(response) if response.status == 101 => {
                Err(peer.wrong("The server answered with 101", last(bytes, wrong)))
            }
            Answer::Quiet => Err(peer.wrong("The server did not answer", last(bytes, wrong))),
            // One check asks whether the answer is a good one.
            Answer::Response(_) | Answer::Broken(_) | Answer::Ended(_) => Ok(()),
        }
    }

    /// How long to wait for an echo. A server of level 3 need not send any.
    pub(crate) fn echo_time(&self) -> Duration {
        if self.options.level < 4 { LONG_QUIET } else { self.options.answer }
    }

    /// The failure of a server that waits longer than it should.
    pub(crate) fn waits(&self, peer: &Peer) -> Stop {
        peer.wrong(format!("The server waits for more than {:?}", self.options.patience), None)
    }
}

/// A mark under the last place where `wrong` is found.
fn last(bytes: &[u8], wrong: &str) -> Option<Mark> {
    let found = bytes.windows(wrong.len().max(1)).rposition(|part| part == wrong.as_bytes());
    found.map(|offset| sent(offset as u64))
}

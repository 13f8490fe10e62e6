//! What one check has to work with: the server's address, and the time that it may take.

use std::{
    net::TcpStream,
    time::{Duration, Instant},
};

use super::{
    catalogue::Stop,
    conversation::Answer,
    options::Options,
    peer::Peer,
    record::{Direction, Mark},
    request::Request,
    response::Response,
};

/// How long we watch for something that should not happen, or that need not.
pub(super) const QUIET: Duration = Duration::from_millis(300);
/// The same where an echo may come, and need not: where silence is all that a server can be asked for: long enough to be slow in.
pub(super) const LONG_QUIET: Duration = Duration::from_millis(600);

/// One check's view of the server.
pub(super) struct Session<'run> {
    pub(super) options: &'run Options,
    /// When this check must be done.
    pub(super) until: Instant,
    /// The memory that the server had at the start, in bytes, if that is known.
    pub(super) memory: Option<u64>,
}

impl Session<'_> {
    /// Opens a TCP connection.
    ///
    /// # Errors
    /// [`Stop::Unseen`]: whether connections are taken at all is another check's business.
    pub(super) fn connect(&self) -> Result<Peer, Stop> {
        self.try_connect().map_err(|error| {
            Stop::Unseen(format!("the server took no further connection ({error})"))
        })
    }

    /// The same, with the system's own error.
    pub(super) fn try_connect(&self) -> std::io::Result<Peer> {
        let mut last = std::io::Error::other("the host has no address");
        for address in &self.options.judged.addresses {
            let left = self.until.saturating_duration_since(Instant::now());
            let time = self.options.answer.min(left).max(Duration::from_millis(1));
            match TcpStream::connect_timeout(address, time) {
                Ok(stream) => return Peer::new(stream, self),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Opens a WebSocket.
    ///
    /// # Errors
    /// [`Stop::Unseen`] if there is no 101: that is another check's business.
    pub(super) fn open(&self) -> Result<Peer, Stop> {
        self.open_with(&Request::new(self)).map(|(peer, _)| peer)
    }

    /// Opens a WebSocket by this request.
    pub(super) fn open_with(&self, request: &Request) -> Result<(Peer, Response), Stop> {
        let mut peer = self.connect()?;
        peer.send(&request.bytes());
        match peer.answer() {
            Answer::Response(response) if response.status == 101 => {
                peer.opened();
                Ok((peer, response))
            }
            Answer::Response(response) => Err(Stop::Unseen(format!(
                "the opening handshake was answered with {}",
                response.status
            ))),
            Answer::Broken(..) => Err(Stop::Unseen("the answer was no HTTP".to_owned())),
            Answer::Ended(how) => Err(Stop::Unseen(format!("the server {how} instead of opening"))),
            Answer::Quiet => Err(Stop::Unseen("the opening handshake was not answered".to_owned())),
        }
    }

    /// How long to wait for an echo: a server of level 3 need not send any, so that it says nothing
    /// must be enough there.
    pub(super) fn echo_time(&self) -> Duration {
        if self.options.level < 4 { LONG_QUIET } else { self.options.answer }
    }
}

/// A mark under a byte that was sent.
pub(super) fn sent(offset: u64) -> Mark {
    Mark { direction: Direction::Sent, offset }
}

/// A mark under a byte that has arrived.
pub(super) fn received(offset: u64) -> Mark {
    Mark { direction: Direction::Received, offset }
}

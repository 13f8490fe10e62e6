//! Where clients come in: a port of this machine.

use std::io::{self, ErrorKind};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::checker::client::asked::Asked;
use crate::checker::wire::peer::Peer;
use crate::checker::wire::record::{Direction, received};
use crate::checker::wire::stop::Stop;
use crate::checker::wire::transport::Transport;

/// How long to wait before looking for a connection again.
const TURN: Duration = Duration::from_millis(1);
/// How long a header block may be.
const BLOCK_MAX: usize = 64 * 1024;

/// A port that takes connections.
pub(crate) struct Door {
    listener: TcpListener,
    /// Connections over which nothing has arrived: browsers open some in advance.
    silent: Vec<TcpStream>,
}

impl Door {
    /// Takes connections at a free port.
    pub(crate) fn open() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        Ok(Self { listener, silent: Vec::new() })
    }

    /// The port's address: `127.0.0.1:9000`.
    pub(crate) fn address(&self) -> String {
        self.listener.local_addr().map_or_else(|error| error.to_string(), |at| at.to_string())
    }

    /// Returns the next connection, if there is one.
    pub(crate) fn try_next(&self) -> Option<TcpStream> {
        self.listener.accept().ok().map(|(stream, _)| stream)
    }

    /// Returns the next connection over which bytes arrive, unless `is_over` says that none will
    /// come.
    pub(crate) fn next(&mut self, mut is_over: impl FnMut() -> bool) -> Option<TcpStream> {
        loop {
            if let Some(stream) = self.try_next() {
                // It is non-blocking on some systems only.
                let _ = stream.set_nonblocking(true);
                self.silent.push(stream);
            }
            let speaks = |stream: &TcpStream| !is_silent(stream.peek(&mut [0]));
            if let Some(index) = self.silent.iter().position(speaks) {
                let stream = self.silent.remove(index);
                let _ = stream.set_nonblocking(false);
                return Some(stream);
            }
            if is_over() {
                return None;
            }
            thread::sleep(TURN);
        }
    }
}

fn is_silent(peeked: io::Result<usize>) -> bool {
    peeked.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}

/// Reads the request that comes over a connection. Returns `None` if the client has ended the
/// connection without one.
///
/// # Errors
/// A failure, if what comes is not a request.
pub(crate) fn receive(
    stream: TcpStream,
    answer: Duration,
    until: Instant,
) -> Result<Option<(Peer, Asked)>, Stop> {
    let failed = |error: io::Error| Stop::unseen(format!("a connection failed: {error}"));
    let transport = Transport::new(stream, None, until).map_err(failed)?;
    let mut peer = Peer::new(transport, answer, until).of_client();
    let end = Instant::now() + answer;
    loop {
        match Asked::read(peer.incoming.bytes()) {
            Ok(Some((asked, length))) => {
                peer.incoming.takes(length);
                return Ok(Some((peer, asked)));
            }
            Err(offset) => {
                let happened = "The client sent a line that is not a header";
                return Err(peer.wrong(happened, received(offset)));
            }
            Ok(None) if peer.incoming.bytes().len() > BLOCK_MAX => {
                return Err(peer.wrong("The client's request does not end", None));
            }
            Ok(None) => {}
        }
        if !peer.fill(end) {
            if peer.record.count(Direction::Received) == 0 {
                return Ok(None);
            }
            return Err(peer.wrong("The client's request is not complete", None));
        }
    }
}

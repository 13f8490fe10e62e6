//! Opens connections and drops them, several at the same time.

use std::io::{self, ErrorKind, Read, Write};
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Interest, Poll, Registry, Token};
use socket2::SockRef;

use crate::load::opening::{Offer, judge, request};
use crate::load::task::{Handshakes, Task};
use crate::load::turns::{broken, count_a_second, events, wait};

/// A connection that is being opened.
struct Attempt {
    stream: TcpStream,
    is_asked: bool,
    answer: Vec<u8>,
}

/// See [`run`](super::run).
pub(super) fn run(task: &Task, plan: Handshakes) -> Result<f64, String> {
    let request = request(task.address, &task.path, Offer::Plain);
    let mut poll = Poll::new().map_err(broken)?;
    let mut attempts = (0..plan.at_once)
        .map(|number| Attempt::start(task, poll.registry(), Token(number)))
        .collect::<io::Result<Vec<_>>>()
        .map_err(broken)?;
    let mut events = events();
    count_a_second(plan.seconds, || {
        wait(&mut poll, &mut events)?;
        let mut opened = 0;
        for event in &events {
            let attempt = &mut attempts[event.token().0];
            if attempt.goes_on(&request).map_err(broken)? && attempt.is_open()? {
                opened += 1;
                // Without this, all ports would soon be in use: see `opening`.
                let socket = SockRef::from(&attempt.stream);
                socket.set_linger(Some(Duration::ZERO)).map_err(broken)?;
                *attempt = Attempt::start(task, poll.registry(), event.token()).map_err(broken)?;
            }
        }
        Ok(opened)
    })
}

impl Attempt {
    fn start(task: &Task, registry: &Registry, token: Token) -> io::Result<Self> {
        let mut stream = TcpStream::connect(task.address)?;
        registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self { stream, is_asked: false, answer: Vec::new() })
    }

    /// Sends the request if it has not been sent yet, and reads what has arrived. Returns `false`
    /// if nothing has.
    fn goes_on(&mut self, request: &str) -> io::Result<bool> {
        if !self.is_asked {
            match self.stream.write(request.as_bytes()) {
                // The send buffer of a new connection is empty, so a request of a few hundred bytes
                // always fits.
                Ok(_) => self.is_asked = true,
                Err(error) if is_not_yet(&error) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        let mut piece = [0; 2048];
        loop {
            match self.stream.read(&mut piece) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.answer.extend(&piece[..count]),
                Err(error) if is_not_yet(&error) => return Ok(!self.answer.is_empty()),
                Err(error) => return Err(error),
            }
        }
    }

    fn is_open(&self) -> Result<bool, String> {
        Ok(judge(&self.answer, Offer::Plain)?.is_some())
    }
}

fn is_not_yet(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected)
}

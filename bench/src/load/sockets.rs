//! The WebSockets of a load, and which of them can continue. Each is a TCP connection, or a stream
//! of HTTP/2 that shares one.

use std::io::{self, ErrorKind, Read, Write};
use std::mem;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use mio::net::TcpStream;
use mio::{Events, Interest, Token};

use crate::load::http2::{self, Connection, Stream};
use crate::load::opening::{Offer, connect, open};
use crate::load::task::Task;
use crate::load::turns::{broken, events, wait};
use crate::load::wakers::Wakers;

/// A WebSocket. It never blocks.
pub(super) enum Socket {
    /// A TCP connection.
    Tcp(TcpStream),
    /// A stream of HTTP/2.
    Stream(Stream),
}

/// A socket that can continue.
pub(super) struct Ready {
    /// Its number. Sockets are counted as they are opened, from 0.
    pub(super) number: usize,
    /// Whether there may be something to read. If not, it can be written to.
    pub(super) is_readable: bool,
}

/// Opens the sockets of a task, and waits for them.
///
/// Over HTTP/2 it is also the runtime of `h2`: connections and streams are polled when they have
/// been woken.
pub(super) struct Sockets<'task> {
    task: &'task Task,
    poll: mio::Poll,
    events: Events,
    opened: usize,
    ready: Vec<Ready>,
    /// The connections of HTTP/2.
    connections: Vec<Connection>,
    connection_wakers: Wakers,
    stream_wakers: Wakers,
}

impl<'task> Sockets<'task> {
    pub(super) fn new(task: &'task Task) -> Result<Self, String> {
        Ok(Self {
            task,
            poll: mio::Poll::new().map_err(broken)?,
            events: events(),
            opened: 0,
            ready: Vec::new(),
            connections: Vec::new(),
            connection_wakers: Wakers::new(),
            stream_wakers: Wakers::new(),
        })
    }

    /// Opens a socket. Returns it, and the bytes that followed the answer.
    ///
    /// # Errors
    /// If the server refuses, or does not answer.
    pub(super) fn open(&mut self, path: &str, offer: Offer) -> Result<(Socket, Vec<u8>), String> {
        let number = self.opened;
        self.opened += 1;
        let Some(streams) = self.task.streams else {
            let (stream, rest) = open(self.task, path, offer)?;
            return Ok((Socket::Tcp(self.register(stream, number)?), rest));
        };
        let index = number / streams;
        if index == self.connections.len() {
            let stream = self.register(connect(self.task.address)?, index)?;
            let waker = self.connection_wakers.waker(index);
            let connection = self.block_on(Connection::open(stream, waker))?;
            connection.notice(true);
            self.connections.push(connection);
        }
        let requests = self.connections[index].requests();
        let waker = self.stream_wakers.waker(number);
        // A new TCP connection begins with an event. So does a stream.
        waker.wake_by_ref();
        let stream = http2::open(requests, self.task.address, path, offer, waker);
        Ok((Socket::Stream(self.block_on(stream)?), Vec::new()))
    }

    fn register(&self, stream: std::net::TcpStream, number: usize) -> Result<TcpStream, String> {
        stream.set_nonblocking(true).map_err(broken)?;
        let mut stream = TcpStream::from_std(stream);
        let both = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut stream, Token(number), both).map_err(broken)?;
        Ok(stream)
    }

    /// Waits until sockets can continue, and replaces `ready` with them. The list may be empty: what
    /// has arrived was for HTTP/2 only.
    pub(super) fn wait(&mut self, ready: &mut Vec<Ready>) -> Result<(), String> {
        self.run()?;
        if self.ready.is_empty() {
            self.listen()?;
            self.run()?;
        }
        ready.clear();
        mem::swap(ready, &mut self.ready);
        Ok(())
    }

    /// Reads from a socket, and waits if there is nothing to read yet.
    pub(super) fn read(&mut self, socket: &mut Socket, into: &mut [u8]) -> Result<usize, String> {
        loop {
            self.run()?;
            match socket.read(into) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.listen()?,
                read => return read.map_err(broken),
            }
        }
    }

    fn block_on<T>(
        &mut self,
        future: impl Future<Output = Result<T, String>>,
    ) -> Result<T, String> {
        let mut future = pin!(future);
        loop {
            if let Poll::Ready(outcome) =
                future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
            {
                return outcome;
            }
            // The future may have written something, which the connection has to send.
            if !self.run()? {
                self.listen()?;
            }
        }
    }

    /// Lets the connections of HTTP/2 continue that have been woken. Returns whether one has.
    fn run(&mut self) -> Result<bool, String> {
        let mut has_run = false;
        for number in self.connection_wakers.woken() {
            self.connections[number].run()?;
            has_run = true;
        }
        let woken = self.stream_wakers.woken();
        self.ready.extend(woken.map(|number| Ready { number, is_readable: true }));
        Ok(has_run)
    }

    /// Waits for events of the system.
    fn listen(&mut self) -> Result<(), String> {
        wait(&mut self.poll, &mut self.events)?;
        for event in &self.events {
            let (number, is_readable) = (event.token().0, event.is_readable());
            if self.task.streams.is_none() {
                self.ready.push(Ready { number, is_readable });
            // Events of a connection that is not in the list yet make no difference.
            } else if let Some(connection) = self.connections.get(number) {
                connection.notice(is_readable);
            }
        }
        Ok(())
    }
}

impl Read for Socket {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(into),
            Self::Stream(stream) => stream.read(into),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(bytes),
            Self::Stream(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

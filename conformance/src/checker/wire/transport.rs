//! A stream of bytes to the peer: TCP, or TLS over TCP. Every wait has a limit.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::ClientConnection;

use crate::tls::Tls;

/// How long one attempt to write may take before we read again: a server that waits for us to read
/// would never read itself.
const TURN: Duration = Duration::from_millis(50);
/// The most bytes that one read returns.
const READ_SIZE: usize = 64 * 1024;

/// A stream of bytes to the peer.
pub(crate) struct Transport {
    stream: TcpStream,
    tls: Option<Box<ClientConnection>>,
}

impl Transport {
    /// Speaks over a TCP connection, with TLS if it is wanted. The TLS handshake ends before
    /// `until`, or fails.
    pub(crate) fn new(stream: TcpStream, tls: Option<&Tls>, until: Instant) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(TURN))?;
        let mut transport = Self { stream, tls: None };
        if let Some(Tls { config, name }) = tls {
            let connection = ClientConnection::new(Arc::clone(config), name.clone());
            let mut connection = Box::new(connection.map_err(io::Error::other)?);
            while connection.is_handshaking() {
                if connection.wants_write() {
                    connection.write_tls(&mut transport.stream)?;
                } else {
                    transport.receive(&mut connection, until)?;
                }
            }
            transport.tls = Some(connection);
        }
        Ok(transport)
    }

    /// Reads once into `bytes`, and waits for it until `until`. Returns how many bytes have
    /// arrived, and 0 if there will be no more.
    pub(crate) fn read(&mut self, bytes: &mut Vec<u8>, until: Instant) -> io::Result<usize> {
        let start = bytes.len();
        bytes.resize(start + READ_SIZE, 0);
        let count = self.read_some(&mut bytes[start..], until);
        bytes.truncate(start + count.as_ref().map_or(0, |count| *count));
        count
    }

    fn read_some(&mut self, bytes: &mut [u8], until: Instant) -> io::Result<usize> {
        let Some(mut connection) = self.tls.take() else {
            self.waits_until(until)?;
            return self.stream.read(bytes);
        };
        let count = loop {
            match connection.reader().read(bytes) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                // Many servers end TCP without the alert that TLS asks for.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => break Ok(0),
                other => break other,
            }
            if let Err(error) = self.receive(&mut connection, until) {
                break Err(error);
            }
        };
        self.tls = Some(connection);
        count
    }

    /// Receives a part of what TLS sends, whether it is data or not.
    fn receive(&self, connection: &mut ClientConnection, until: Instant) -> io::Result<()> {
        self.waits_until(until)?;
        let is_end = connection.read_tls(&mut &self.stream)? == 0;
        let state = connection.process_new_packets();
        // Tells the server why, if something was wrong.
        if connection.wants_write() {
            let _ = connection.write_tls(&mut &self.stream);
        }
        state.map_err(io::Error::other)?;
        if is_end && connection.is_handshaking() {
            return Err(io::Error::other(
                "the server ended the connection during the TLS handshake",
            ));
        }
        Ok(())
    }

    fn waits_until(&self, until: Instant) -> io::Result<()> {
        // A limit of zero would mean none.
        let left = until.saturating_duration_since(Instant::now());
        self.stream.set_read_timeout(Some(left.max(Duration::from_millis(1))))
    }

    /// Writes some of the bytes, and what TLS has kept of those before. Returns how many it has
    /// taken.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(connection) = &mut self.tls else { return self.stream.write(bytes) };
        while connection.wants_write() {
            connection.write_tls(&mut self.stream)?;
        }
        connection.writer().write(bytes)
    }

    /// Whether TLS keeps bytes that are not sent yet.
    pub(crate) fn keeps_some(&self) -> bool {
        self.tls.as_ref().is_some_and(|connection| connection.wants_write())
    }
}

//! One end of a connection, without input and output. This is the interface of the core.

use bytes::buf::Limit;

use super::close::{CloseCode, CloseFrame};
use super::inbound::{Inbound, Received};
use super::{failure::Failure, limits::Limits, message::Message, outbound::Outbound, role::Role};
use crate::compression::{deflate::Deflater, inflate::Inflater, negotiation::Agreement};

// ANCHOR: progress
/// What [`Endpoint::advance`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A complete message, which [`Endpoint::message`] returns.
    Message,
    /// There is no complete message in the bytes so far. Write what is pending, then receive more.
    NeedsBytes,
}

/// Why no more messages will come. Our close frame is already pending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ending {
    /// The peer sent a close frame, with this status code if it had one.
    #[error("closed {}", .0.map_or("without a status code".to_owned(), |code| {
        format!("with {}", code.number())
    }))]
    Closed(Option<CloseCode>),
    /// The peer broke a rule. Our close frame says which one.
    #[error("failed with {}: {}", .0.code().number(), .0)]
    Failed(Failure),
}
// ANCHOR_END: progress

// ANCHOR: endpoint
/// One end of a WebSocket connection, after the opening handshake: the state of the protocol, and
/// the bytes on their way in and out.
///
/// A program with a socket calls [`advance`](Self::advance) until it needs bytes, writes what is
/// [`pending`](Outbound::pending), and then receives more bytes:
///
/// ```
/// use echo::{Endpoint, Limits, Progress, Role};
///
/// // The masked text frame "5555555", as a browser sent it.
/// let received = b"\x81\x87\x0e\xc3\xf3\xcd\x3b\xf6\xc6\xf8\x3b\xf6\xc6";
/// let mut server = Endpoint::new(Role::Server, Limits::default(), Vec::new(), None);
/// server.receive(received);
/// while server.advance() == Ok(Progress::Message) {
///     let (message, outbound) = server.message();
///     outbound.message(message);
/// }
/// assert_eq!(server.outbound().pending(), b"\x81\x075555555");
/// ```
///
/// The same bytes, cut into other pieces, give the same messages and the same answers.
pub struct Endpoint {
    role: Role,
    inbound: Inbound,
    outbound: Outbound,
}
// ANCHOR_END: endpoint

impl Endpoint {
    /// Creates an endpoint after the opening handshake. `received` holds the bytes that arrived
    /// behind it, and `agreed` says how messages are compressed, if they are.
    pub fn new(role: Role, limits: Limits, received: Vec<u8>, agreed: Option<Agreement>) -> Self {
        let (inflater, deflater) = agreed.map_or((None, None), |agreed| compression(role, agreed));
        Self {
            role,
            inbound: Inbound::new(role, limits, received, inflater),
            outbound: Outbound::new(role, deflater),
        }
    }

    /// Receives bytes that the caller has read.
    pub fn receive(&mut self, bytes: &[u8]) {
        self.inbound.receive(bytes);
    }

    /// Returns the buffer to read into: bytes that are appended to it need no call of
    /// [`receive`](Self::receive). It has room for at least one byte, and for at most one read.
    pub fn buffer(&mut self) -> Limit<&mut Vec<u8>> {
        self.inbound.buffer()
    }

    /// Gives the receive buffer back to the pool if it is almost empty. Call this before a wait
    /// that may be long.
    pub fn rest(&mut self) {
        self.inbound.rest();
    }

    // ANCHOR: advance
    /// Looks for the next message, and answers pings and the peer's close frame on the way.
    ///
    /// # Errors
    /// [`Ending`], once, after all messages have been returned. Then write what is pending, and end
    /// the TCP connection.
    pub fn advance(&mut self) -> Result<Progress, Ending> {
        loop {
            match self.inbound.advance() {
                Ok(None) => return Ok(Progress::NeedsBytes),
                Ok(Some(Received::Message)) => return Ok(Progress::Message),
                Ok(Some(Received::Ping)) => self.outbound.pong(self.inbound.payload()),
                Ok(Some(Received::Pong)) => {}
                Ok(Some(Received::Close(code))) => {
                    // The answer has the same code (§5.5.1).
                    self.outbound.close(code.map(|code| CloseFrame { code, reason: "" }));
                    return Err(Ending::Closed(code));
                }
                Err(failure) => {
                    let (code, reason) = (failure.code(), failure.to_string());
                    self.outbound.close(Some(CloseFrame { code, reason: &reason }));
                    return Err(Ending::Failed(failure));
                }
            }
        }
    }
    // ANCHOR_END: advance

    // ANCHOR: message
    /// Returns the message that was found last, and the sending half. So a program can send an
    /// answer while the message is still borrowed from the receive buffer.
    pub fn message(&mut self) -> (Message<'_>, &mut Outbound) {
        (self.inbound.message(), &mut self.outbound)
    }
    // ANCHOR_END: message

    /// Returns which end of the connection this is.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Returns the sending half.
    pub fn outbound(&mut self) -> &mut Outbound {
        &mut self.outbound
    }
}

/// Creates the decompressor and the compressor of `role`. There is no compressor for a window of 8
/// bits.
fn compression(role: Role, agreed: Agreement) -> (Option<Inflater>, Option<Deflater>) {
    let server = (agreed.server_no_context_takeover, agreed.server_max_window_bits);
    let client = (agreed.client_no_context_takeover, agreed.client_max_window_bits);
    let (ours, theirs) = if role == Role::Server { (server, client) } else { (client, server) };
    (Some(Inflater::new(theirs.0)), Deflater::new(ours.0, ours.1))
}

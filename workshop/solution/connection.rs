//[ 9
//! A WebSocket after its opening handshake, without a socket: bytes go in and come out, and so do
//! messages. How the bytes are read and written is for `main.rs`.

use std::mem;

use crate::frame::{self, BINARY, Header, TEXT};

/// A message: a text, or any bytes.
pub struct Message {
    /// [`TEXT`] or [`BINARY`].
    pub opcode: u8,
    pub payload: Vec<u8>,
}

/// One client's WebSocket.
pub struct Connection {
    /// What has arrived and was not decoded yet: a part of a frame, or several frames.
    incoming: Vec<u8>,
    /// What is to be written to the client.
    outgoing: Vec<u8>,
    is_over: bool,
}

impl Connection {
    pub fn new() -> Connection {
        Connection { incoming: Vec::new(), outgoing: Vec::new(), is_over: false }
    }

    /// Takes bytes that the client has sent.
    pub fn receive(&mut self, bytes: &[u8]) {
        self.incoming.extend_from_slice(bytes);
    }

    /// Returns the next message, or `None` if more bytes are needed.
    pub fn next_message(&mut self) -> Option<Message> {
        while let Some((header, payload)) = self.next_frame() {
            // The other opcodes are for later stages.
            if header.opcode == TEXT || header.opcode == BINARY {
                return Some(Message { opcode: header.opcode, payload });
            }
        }
        None
    }

    /// Sends a message.
    pub fn send(&mut self, opcode: u8, payload: &[u8]) {
        self.outgoing.extend_from_slice(&frame::encode(opcode, payload));
    }

    /// Returns what is to be written to the client.
    pub fn take_outgoing(&mut self) -> Vec<u8> {
        mem::take(&mut self.outgoing)
    }

    /// Whether the connection ends once everything is written.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Returns the next frame, unmasked, or `None` if it has not arrived completely.
    fn next_frame(&mut self) -> Option<(Header, Vec<u8>)> {
        if self.is_over {
            return None;
        }
        let (header, start) = match Header::decode(&self.incoming) {
            Ok(decoded) => decoded?,
            Err(reason) => {
                self.fail(reason);
                return None;
            }
        };
        if ((self.incoming.len() - start) as u64) < header.length {
            return None;
        }
        let end = start + header.length as usize;
        let mut payload = self.incoming[start..end].to_vec();
        // The next frame may follow at once.
        self.incoming.drain(..end);
        frame::unmask(&mut payload, header.masking_key);
        Some((header, payload))
    }

    /// Fails the connection (RFC 6455 §7.1.7).
    fn fail(&mut self, reason: &str) {
        println!("a connection fails: {reason}");
        self.is_over = true;
    }
}
//]

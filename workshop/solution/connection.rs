//[ 9
//! A WebSocket after its opening handshake, without a socket: bytes go in and come out, and so do
//! messages. `main.rs` reads and writes the bytes.

use std::mem;

//[ 9-9
use crate::frame::{self, BINARY, CLOSE, Header, TEXT};
//]
//[ 10-10
use crate::frame::{self, BINARY, CLOSE, Header, PING, PONG, TEXT};
//]
//[ 11-11
use crate::frame::{self, CLOSE, CONTINUATION, Header, PING, PONG};
//]
//[ 12-16
use crate::frame::{self, CLOSE, CONTINUATION, Header, PING, PONG, TEXT};
//]
//[ 17
use crate::deflate::{Agreement, Deflate};
use crate::frame::{self, BINARY, CLOSE, CONTINUATION, Header, PING, PONG, RSV1, TEXT};
//]
//[ 12
use crate::utf8;
//]
//[ 14

/// The longest message that we accept, in bytes.
const MESSAGE_MAX: usize = 16 * 1024 * 1024;
/// The most fragments of one message. Empty ones count too, because each takes our time.
const FRAGMENTS_MAX: usize = 262_144;
//]

/// A message: a text, or any bytes.
pub struct Message {
    /// `TEXT` or `BINARY`.
    pub opcode: u8,
    pub payload: Vec<u8>,
}

/// One client's WebSocket.
#[derive(Default)]
pub struct Connection {
    /// What has arrived: perhaps several frames, and a part of the next one.
    incoming: Vec<u8>,
    //[ 14
    /// How many of these bytes belong to frames that have been returned.
    used: usize,
    //[ 16
    /// What is still to come of a frame of which a part has been returned.
    rest: Option<Header>,
    //]
    //]
    /// What is to be written to the client.
    outgoing: Vec<u8>,
    //[ 11
    /// The message of which some fragments have arrived, and others have not.
    message: Option<Message>,
    //]
    //[ 17
    /// Whether this message is compressed.
    is_compressed: bool,
    //]
    //[ 12
    /// How many bytes of this message are known to be UTF-8.
    checked: usize,
    //]
    //[ 14
    /// How many fragments of this message have arrived.
    fragments: usize,
    //]
    //[ 17
    /// Compresses and inflates messages, if that was agreed on.
    deflate: Option<Deflate>,
    //]
    is_over: bool,
}

impl Connection {
    //[ 17
    pub fn new(agreement: Option<Agreement>) -> Connection {
        Connection { deflate: agreement.map(Deflate::new), ..Connection::default() }
    }

    //]
    /// Takes bytes that the client has sent.
    pub fn receive(&mut self, bytes: &[u8]) {
        //[ 14
        // This moves all bytes behind them, so we do it once for each read and not for each frame.
        self.incoming.drain(..self.used);
        self.used = 0;
        //]
        self.incoming.extend_from_slice(bytes);
    }

    /// Returns the next message, or `None` if more bytes are needed.
    pub fn next_message(&mut self) -> Option<Message> {
        while let Some((header, payload)) = self.next_frame() {
            //[ 9-9
            match header.opcode {
                TEXT | BINARY => return Some(Message { opcode: header.opcode, payload }),
                CLOSE => self.is_over = true,
                // The other opcodes are for later stages.
                _ => {}
            }
            //]
            //[ 10
            match header.opcode {
                PING => self.send(PONG, &payload),
                // A pong needs no answer.
                PONG => {}
                //]
                //[ 13
                CLOSE => self.answer_close(&payload),
                //]
                //[ 10-10
                TEXT | BINARY => return Some(Message { opcode: header.opcode, payload }),
                //]
                //[ 10-12
                CLOSE => self.is_over = true,
                //]
                //[ 10-10
                // Continuations are for a later stage.
                _ => {}
                //]
                //[ 11
                _ => {
                    let message = self.add_fragment(header, &payload);
                    if message.is_some() {
                        return message;
                    }
                }
                //]
            //[ 10
            }
            //]
        }
        None
    }

    //[ 9-9
    /// Sends a message.
    //]
    //[ 10
    /// Sends a message, or a control frame.
    //]
    pub fn send(&mut self, opcode: u8, payload: &[u8]) {
        //[ 17
        // Control frames are never compressed.
        let deflate = self.deflate.as_mut().filter(|_| opcode < CLOSE);
        if let Some(compressed) = deflate.and_then(|deflate| deflate.deflate(payload)) {
            self.outgoing.extend_from_slice(&frame::encode(opcode | RSV1, &compressed));
            return;
        }
        //]
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

    //[ 9-15
    /// Returns the next frame, unmasked, or `None` if it has not arrived completely.
    fn next_frame(&mut self) -> Option<(Header, Vec<u8>)> {
        if self.is_over {
            return None;
        }
        //]
        //[ 9-13
        let (header, start) = match Header::decode(&self.incoming) {
        //]
        //[ 14-15
        let incoming = &self.incoming[self.used..];
        let (header, start) = match Header::decode(incoming) {
        //]
    //[ 16
    /// Returns the next frame, unmasked, or `None` if more bytes are needed. Of a frame that has not
    /// arrived completely, it may return a part.
    fn next_frame(&mut self) -> Option<(Header, Vec<u8>)> {
        let incoming = &self.incoming[self.used..];
        if self.is_over || (self.rest.is_some() && incoming.is_empty()) {
            return None;
        }
        let decoded = match self.rest.take() {
            Some(rest) => Ok(Some((rest, 0))),
            None => Header::decode(incoming),
        };
        let (header, start) = match decoded {
    //]
            Ok(decoded) => decoded?,
            Err(reason) => {
                //[ 9-9
                self.fail(reason);
                //]
                //[ 10
                self.fail(1002, reason);
                //]
                return None;
            }
        };
        //[ 17
        // RSV1 says that a message is compressed, in its first frame. Other frames must not have it.
        let may_be_compressed = self.deflate.is_some() && matches!(header.opcode, TEXT | BINARY);
        if header.rsv1 && !may_be_compressed {
            self.fail(1002, "a reserved bit is set");
            return None;
        }
        //]
        //[ 14
        // The header says how long the payload will be: a message that becomes too long is refused
        // before its bytes arrive.
        let arrived = self.message.as_ref().map_or(0, |message| message.payload.len());
        if header.opcode < CLOSE && header.length > (MESSAGE_MAX - arrived) as u64 {
            self.fail(1009, "a message that is too long");
            return None;
        }
        //]
        //[ 9-13
        if ((self.incoming.len() - start) as u64) < header.length {
        //]
        //[ 14
        if ((incoming.len() - start) as u64) < header.length {
        //]
            //[ 9-15
            return None;
            //]
            //[ 16
            return self.next_part(header, start);
            //]
        }
        let end = start + header.length as usize;
        //[ 9-13
        let mut payload = self.incoming[start..end].to_vec();
        // The next frame may follow at once.
        self.incoming.drain(..end);
        //]
        //[ 14
        let mut payload = incoming[start..end].to_vec();
        self.used += end;
        //]
        frame::unmask(&mut payload, header.masking_key);
        Some((header, payload))
    }

    //[ 16
    /// Returns the part that has arrived of a frame with data, as if it were a fragment: what is still
    /// to come is a continuation of it. So a text that is not UTF-8 is found in the middle of a
    /// frame. Control frames are short, and we wait until they are complete.
    fn next_part(&mut self, mut header: Header, start: usize) -> Option<(Header, Vec<u8>)> {
        if header.opcode >= CLOSE {
            return None;
        }
        let mut payload = self.incoming[self.used + start..].to_vec();
        self.used = self.incoming.len();
        frame::unmask(&mut payload, header.masking_key);
        let length = header.length - payload.len() as u64;
        //[ 16-16
        let mut rest = Header { opcode: CONTINUATION, length, ..header };
        //]
        //[ 17
        let mut rest = Header { opcode: CONTINUATION, rsv1: false, length, ..header };
        //]
        // The next byte of the payload belongs to another byte of the key, unless four divides what
        // has arrived.
        rest.masking_key.rotate_left(payload.len() % 4);
        self.rest = Some(rest);
        header.fin = false;
        Some((header, payload))
    }

    //]
    //[ 11
    /// Adds a fragment to its message, which it returns after the last one. A message in one frame
    /// is a message of one fragment.
    fn add_fragment(&mut self, header: Header, payload: &[u8]) -> Option<Message> {
        let is_first = header.opcode != CONTINUATION;
        if is_first && self.message.is_some() {
            self.fail(1002, "a new message within another one");
            return None;
        }
        if !is_first && self.message.is_none() {
            self.fail(1002, "a continuation without a message");
            return None;
        }
        //]
        //[ 14
        //[ 14-15
        self.fragments += 1;
        //]
        //[ 16
        // A frame counts once, with its last part.
        if self.rest.is_none() {
            self.fragments += 1;
        }
        //]
        if self.fragments > FRAGMENTS_MAX {
            self.fail(1008, "a message in too many fragments");
            return None;
        }
        //]
        //[ 11
        let new = Message { opcode: header.opcode, payload: Vec::new() };
        let message = self.message.get_or_insert(new);
        //[ 11-16
        message.payload.extend_from_slice(payload);
        //]
        //[ 17
        if is_first {
            self.is_compressed = header.rsv1;
        }
        if let Some(deflate) = self.deflate.as_mut().filter(|_| self.is_compressed) {
            let inflated = deflate.inflate(payload, header.fin, &mut message.payload, MESSAGE_MAX);
            if let Err((code, reason)) = inflated {
                self.fail(code, reason);
                return None;
            }
        } else {
            message.payload.extend_from_slice(payload);
        }
        //]
        //]
        //[ 12
        if message.opcode == TEXT {
            let Some(count) = utf8::check(&message.payload[self.checked..]) else {
                self.fail(1007, "a text that is not UTF-8");
                return None;
            };
            self.checked += count;
            if header.fin && self.checked < message.payload.len() {
                self.fail(1007, "a text that ends within a character");
                return None;
            }
        }
        //]
        //[ 11
        if !header.fin {
            return None;
        }
        //]
        //[ 12
        self.checked = 0;
        //]
        //[ 14
        self.fragments = 0;
        //]
        //[ 11
        self.message.take()
    }

    //]
    //[ 13
    /// Answers the client's close frame: its payload is empty, or a status code and a reason.
    fn answer_close(&mut self, payload: &[u8]) {
        match payload {
            [_] => return self.fail(1002, "half a status code"),
            [high, low, ..] if !may_be_sent(u16::from_be_bytes([*high, *low])) => {
                return self.fail(1002, "a status code that must not be sent");
            }
            [_, _, reason @ ..] if str::from_utf8(reason).is_err() => {
                return self.fail(1007, "a reason that is not UTF-8");
            }
            _ => {}
        }
        // The answer has the client's own status code, if there is one.
        self.send(CLOSE, payload.get(..2).unwrap_or_default());
        self.is_over = true;
    }

    //]
    //[ 9-9
    /// Fails the connection (RFC 6455 §7.1.7).
    fn fail(&mut self, reason: &str) {
        println!("a connection fails: {reason}");
        self.is_over = true;
    }
    //]
    //[ 10
    /// Fails the connection: a close frame says why, and it is the last frame (RFC 6455 §7.1.7).
    //]
    //[ 10-17
    fn fail(&mut self, code: u16, reason: &str) {
    //]
    //[ 18
    pub fn fail(&mut self, code: u16, reason: &str) {
    //]
    //[ 10
        self.send(CLOSE, &[&code.to_be_bytes(), reason.as_bytes()].concat());
        self.is_over = true;
    }
    //]
}
//[ 13

/// Whether a close frame may have this status code (RFC 6455 §7.4). 1004 is reserved, and 1005,
/// 1006 and 1015 are only for programs that report a close without such a frame.
fn may_be_sent(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}
//]
//]

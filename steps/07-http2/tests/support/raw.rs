//! Frames of HTTP/2, written by hand.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use testkit::{PATIENCE, Server};

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const WINDOW_UPDATE: u8 = 8;
pub(crate) const CONTINUATION: u8 = 9;

pub(crate) const ACK: u8 = 1;
pub(crate) const END_STREAM: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;

/// The setting of how much may be sent on a stream that is new (RFC 9113 §6.5.2).
pub(crate) const INITIAL_WINDOW_SIZE: u16 = 4;

/// A client that does not care for the rules.
pub(crate) struct Raw {
    pub(crate) stream: TcpStream,
    pub(crate) host: String,
}

/// A frame that was received: its type, its flags, its stream, and its payload.
pub(crate) type Received = (u8, u8, u32, Vec<u8>);

impl Raw {
    /// Connects, and sends the preface with these settings.
    pub(crate) fn connects(server: &Server, settings: &[(u16, u32)]) -> Self {
        let stream = TcpStream::connect(server.address()).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        let mut raw = Self { stream, host: server.address().to_string() };
        assert!(raw.writes(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
        let mut payload = Vec::new();
        for (name, value) in settings {
            payload.extend(name.to_be_bytes());
            payload.extend(value.to_be_bytes());
        }
        assert!(raw.sends(SETTINGS, 0, 0, &payload));
        raw
    }

    /// Writes bytes. Returns whether the server still takes them.
    pub(crate) fn writes(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    /// Sends a frame. Returns whether the server still takes it.
    pub(crate) fn sends(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> bool {
        self.writes(&frame(kind, flags, stream, payload))
    }

    /// Returns the header block of an extended CONNECT. No field is compressed (RFC 7541 §6.2.2).
    pub(crate) fn websocket(&self, path: &str) -> Vec<u8> {
        let fields = [
            (":method", "CONNECT"),
            (":protocol", "websocket"),
            (":scheme", "http"),
            (":path", path),
            (":authority", &self.host),
            ("sec-websocket-version", "13"),
        ];
        header_block(&fields)
    }

    /// Returns the header block of a GET.
    pub(crate) fn get(&self, path: &str) -> Vec<u8> {
        let fields =
            [(":method", "GET"), (":scheme", "http"), (":path", path), (":authority", &self.host)];
        header_block(&fields)
    }

    /// Opens a WebSocket.
    pub(crate) fn opens(&mut self, stream: u32, path: &str) {
        let block = self.websocket(path);
        assert!(self.sends(HEADERS, END_HEADERS, stream, &block));
    }

    /// Asks for a page.
    pub(crate) fn asks(&mut self, stream: u32, path: &str) {
        let block = self.get(path);
        assert!(self.sends(HEADERS, END_HEADERS | END_STREAM, stream, &block));
    }

    /// Gives room for this many bytes more, on a stream or on the connection (0).
    pub(crate) fn gives_room(&mut self, stream: u32, bytes: u32) -> bool {
        self.sends(WINDOW_UPDATE, 0, stream, &bytes.to_be_bytes())
    }

    /// Returns the frame that sets the window of each stream.
    pub(crate) fn stream_window(bytes: u32) -> Vec<u8> {
        let setting = [INITIAL_WINDOW_SIZE.to_be_bytes().to_vec(), bytes.to_be_bytes().to_vec()];
        frame(SETTINGS, 0, 0, &setting.concat())
    }

    /// Waits for a frame of this type on this stream, and returns its flags and its payload. Pings are
    /// answered meanwhile, so the client does not look dead.
    #[track_caller]
    pub(crate) fn waits_for(&mut self, wanted: u8, on: u32) -> (u8, Vec<u8>) {
        let began = Instant::now();
        loop {
            let received = self.receives().filter(|_| began.elapsed() < PATIENCE);
            let Some((kind, flags, stream, payload)) = received else {
                panic!("no frame {wanted} came on stream {on}")
            };
            match kind {
                PING if flags & ACK == 0 => drop(self.sends(PING, ACK, 0, &payload)),
                _ if (kind, stream) == (wanted, on) => return (flags, payload),
                _ => {}
            }
        }
    }

    /// Waits for a frame of this type on each of these streams, in any order. Returns the payloads in the
    /// order of the streams.
    pub(crate) fn waits_for_all(&mut self, wanted: u8, on: &[u32]) -> Vec<Vec<u8>> {
        let mut payloads = BTreeMap::new();
        while payloads.len() < on.len() {
            let Some((kind, _, stream, payload)) = self.receives() else {
                panic!("frames {wanted} came only on {:?}", payloads.keys())
            };
            if kind == wanted && on.contains(&stream) {
                payloads.entry(stream).or_insert(payload);
            }
        }
        payloads.into_values().collect()
    }

    /// Returns the next frame, or `None` if the connection is over.
    pub(crate) fn receives(&mut self) -> Option<Received> {
        let mut header = [0; 9];
        self.stream.read_exact(&mut header).ok()?;
        let length = u32::from_be_bytes([0, header[0], header[1], header[2]]);
        let mut payload = vec![0; length as usize];
        self.stream.read_exact(&mut payload).ok()?;
        let stream = u32::from_be_bytes([header[5], header[6], header[7], header[8]]);
        Some((header[3], header[4], stream, payload))
    }

    /// Reads until the connection is over. Returns the error code of the GOAWAY, if there was one.
    pub(crate) fn expects_goaway(&mut self) -> Option<u32> {
        let mut code = None;
        while let Some((kind, _, _, payload)) = self.receives() {
            if kind == GOAWAY {
                code = Some(u32::from_be_bytes(payload[4..8].try_into().unwrap()));
            }
        }
        code
    }
}

/// Returns the bytes of a frame (RFC 9113 §4.1).
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut bytes = length[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// Returns a header block in which each field is written out, and not added to the table.
pub(crate) fn header_block(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        block.push(0);
        for text in [name, value] {
            block.push(u8::try_from(text.len()).ok().filter(|length| *length < 127).unwrap());
            block.extend(text.bytes());
        }
    }
    block
}

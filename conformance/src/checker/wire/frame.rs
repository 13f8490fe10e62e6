//! Frames: those that the checker sends, which may be wrong, and those that it receives.

/// A frame to be sent, masked if nothing else is said, and what it is for.
pub(crate) use testkit::{Frame as Draft, Masking, Opcode};

/// The status code for a broken rule (RFC 6455 §7.4.1).
pub(crate) const PROTOCOL_ERROR: u16 = 1002;
/// The status code for a text that is not UTF-8.
pub(crate) const INVALID_DATA: u16 = 1007;
/// The status code for a message that is too long.
pub(crate) const TOO_BIG: u16 = 1009;

/// The status codes that blame the client, for a rule of framing or for bytes that are not UTF-8.
/// The standard asks for an appropriate one and names 1002 and 1007 (RFC 6455 §7.1.7, §7.4.1).
pub(crate) const REFUSALS: &[u16] = &[PROTOCOL_ERROR, 1003, INVALID_DATA, 1008];

/// The offset of the payload in a masked frame with a length of at most 125.
pub(crate) const SHORT_HEADER: u64 = 6;

/// RSV1 among the three reserved bits.
pub(crate) const RSV1: u8 = 4;

/// A text frame.
pub(crate) fn text(payload: impl Into<Vec<u8>>) -> Draft {
    Draft::text(payload)
}

/// A received frame, as the peer has written it: right or wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) fin: bool,
    pub(crate) rsv: u8,
    pub(crate) opcode: Opcode,
    pub(crate) masked: bool,
    /// The masking key, if it was masked.
    pub(crate) key: Option<[u8; 4]>,
    /// The payload, unmasked if it was masked.
    pub(crate) payload: Vec<u8>,
    /// The offset of its first byte in all that was received.
    pub(crate) start: u64,
    /// The offset of the first byte of its payload.
    pub(crate) payload_start: u64,
}

impl Frame {
    /// Reads the frame that `bytes` begins with, and returns its length too. Returns `None` if
    /// more bytes are needed.
    pub(crate) fn read(bytes: &[u8], start: u64) -> Option<(Self, usize)> {
        let (frame, used) = Draft::read(bytes)?;
        let Draft { fin, rsv, opcode, masking, payload } = frame;
        let key = if let Masking::Key(key) = masking { Some(key) } else { None };
        let masked = key.is_some();
        let payload_start = start + (used - payload.len()) as u64;
        Some((Self { fin, rsv, opcode, masked, key, payload, start, payload_start }, used))
    }

    /// Bytes of its extended payload length: 0, 2 or 8.
    pub(crate) fn extended(&self) -> u64 {
        self.payload_start - self.start - 2 - 4 * u64::from(self.masked)
    }

    /// Whether it may come at any time, in answer to nothing.
    pub(crate) fn is_ping_or_pong(&self) -> bool {
        matches!(self.opcode, Opcode::Ping | Opcode::Pong)
    }

    /// The status code of a close frame.
    pub(crate) fn code(&self) -> Option<u16> {
        self.payload.first_chunk().map(|code| u16::from_be_bytes(*code))
    }
}

/// In words, for a sentence that begins with "The server sent" or "The client sent".
impl std::fmt::Display for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self.opcode {
            Opcode::Continuation => "a continuation frame",
            Opcode::Text => "a text frame",
            Opcode::Binary => "a binary frame",
            Opcode::Ping => "a ping",
            Opcode::Pong => "a pong",
            Opcode::Close => {
                let Some(code) = self.code() else {
                    return f.write_str("a close frame without a status code");
                };
                return write!(
                    f,
                    "a close frame with {code} {:?}",
                    String::from_utf8_lossy(&self.payload[2..])
                );
            }
            Opcode::Reserved(other) => {
                return write!(f, "a frame with the reserved opcode {other:#x}");
            }
        };
        write!(f, "{name} of {} bytes", self.payload.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_knows_where_its_payload_begins() {
        let masked = text("Hello").bytes();
        let (frame, used) = Frame::read(&masked, 9).unwrap();
        assert_eq!((frame.payload.as_slice(), used), (&b"Hello"[..], masked.len()));
        assert!(frame.masked && frame.payload_start == 15);
        let (frame, _) = Frame::read(&Draft::binary([7; 300]).unmasked().bytes(), 9).unwrap();
        assert!(!frame.masked && frame.payload_start == 13);
    }
}

//! The checker's own frame writer and reader (RFC 6455 §5.2). It can write what the standard forbids.

/// The opcodes that have a meaning.
pub(crate) const CONTINUATION: u8 = 0;
pub(crate) const TEXT: u8 = 1;
pub(crate) const BINARY: u8 = 2;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;

/// The status code for a broken rule (RFC 6455 §7.4.1).
pub(crate) const PROTOCOL_ERROR: u16 = 1002;
/// The status code for a text that is not UTF-8.
pub(crate) const INVALID_DATA: u16 = 1007;
/// The status code for a message that is too long.
pub(crate) const TOO_BIG: u16 = 1009;

/// The offset of the payload in a masked frame with a length of at most 125.
pub(crate) const SHORT_HEADER: u64 = 6;

/// RSV1 among the three reserved bits.
pub(crate) const RSV1: u8 = 4;

/// The key of the examples in RFC 6455 §5.7.
const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// The form in which a length is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The shortest form that holds it, which is the only one allowed.
    Shortest,
    TwoBytes,
    EightBytes,
}

/// A frame to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    fin: bool,
    rsv: u8,
    opcode: u8,
    key: Option<[u8; 4]>,
    form: Form,
    payload: Vec<u8>,
}

impl Draft {
    /// A final, masked frame.
    pub(crate) fn new(opcode: u8, payload: impl Into<Vec<u8>>) -> Self {
        let payload = payload.into();
        Self { fin: true, rsv: 0, opcode, key: Some(KEY), form: Form::Shortest, payload }
    }

    /// A close frame with a status code.
    pub(crate) fn close(code: u16, reason: &[u8]) -> Self {
        Self::new(CLOSE, [&code.to_be_bytes(), reason].concat())
    }

    pub(crate) fn not_final(self) -> Self {
        Self { fin: false, ..self }
    }

    pub(crate) fn rsv(self, rsv: u8) -> Self {
        Self { rsv, ..self }
    }

    pub(crate) fn key(self, key: Option<[u8; 4]>) -> Self {
        Self { key, ..self }
    }

    pub(crate) fn form(self, form: Form) -> Self {
        Self { form, ..self }
    }

    /// The frame as it goes over the wire.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.header(self.payload.len() as u64);
        let key = self.key.unwrap_or_default();
        bytes.extend(self.payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
        bytes
    }

    /// The header of this frame, if its payload had `length` bytes.
    pub(crate) fn header(&self, length: u64) -> Vec<u8> {
        let mut bytes = vec![u8::from(self.fin) << 7 | self.rsv << 4 | self.opcode];
        let mask_bit = if self.key.is_some() { 0x80 } else { 0 };
        let big_endian = length.to_be_bytes();
        match (self.form, length) {
            (Form::Shortest, 0..=125) => bytes.push(mask_bit | big_endian[7]),
            (Form::Shortest, 126..=0xffff) | (Form::TwoBytes, _) => {
                bytes.push(mask_bit + 126);
                bytes.extend_from_slice(&big_endian[6..]);
            }
            _ => {
                bytes.push(mask_bit + 127);
                bytes.extend_from_slice(&big_endian);
            }
        }
        bytes.extend(self.key.into_iter().flatten());
        bytes
    }
}

/// A text frame.
pub(crate) fn text(payload: impl Into<Vec<u8>>) -> Draft {
    Draft::new(TEXT, payload)
}

/// A received frame, as the server has written it: right or wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) fin: bool,
    pub(crate) rsv: u8,
    pub(crate) opcode: u8,
    pub(crate) masked: bool,
    /// Bytes of the length after the second byte: 0, 2 or 8.
    pub(crate) extended: u64,
    /// The payload, unmasked if it was masked.
    pub(crate) payload: Vec<u8>,
    /// The offset of its first byte in all that was received.
    pub(crate) start: u64,
}

impl Frame {
    /// Reads the frame that `bytes` begins with, and returns its length too. Returns `None` if
    /// more bytes are needed.
    pub(crate) fn read(bytes: &[u8], start: u64) -> Option<(Self, usize)> {
        let [first, second, behind @ ..] = bytes else { return None };
        let (length, extended) = match second & 0x7f {
            126 => (u64::from(u16::from_be_bytes(*behind.first_chunk()?)), 2),
            127 => (u64::from_be_bytes(*behind.first_chunk()?), 8),
            short => (u64::from(short), 0),
        };
        let masked = second & 0x80 != 0;
        let behind = &behind[extended..];
        let key: [u8; 4] = if masked { *behind.first_chunk()? } else { [0; 4] };
        let behind = &behind[4 * usize::from(masked)..];
        let payload = behind.get(..usize::try_from(length).ok()?)?;
        let used = bytes.len() - behind.len() + payload.len();
        let payload = payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key);
        let frame = Self {
            fin: first & 0x80 != 0,
            rsv: first >> 4 & 7,
            opcode: first & 0x0f,
            masked,
            extended: extended as u64,
            payload: payload.collect(),
            start,
        };
        Some((frame, used))
    }

    /// The offset of the first byte of its payload.
    pub(crate) fn payload_start(&self) -> u64 {
        self.start + 2 + self.extended + 4 * u64::from(self.masked)
    }

    /// The status code of a close frame.
    pub(crate) fn code(&self) -> Option<u16> {
        self.payload.first_chunk().map(|code| u16::from_be_bytes(*code))
    }
}

/// In words, for a sentence that begins with "The server sent".
impl std::fmt::Display for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self.opcode {
            CONTINUATION => "a continuation frame",
            TEXT => "a text frame",
            BINARY => "a binary frame",
            PING => "a ping",
            PONG => "a pong",
            CLOSE => {
                let Some(code) = self.code() else {
                    return f.write_str("a close frame without a status code");
                };
                return write!(
                    f,
                    "a close frame with {code} {:?}",
                    String::from_utf8_lossy(&self.payload[2..])
                );
            }
            other => return write!(f, "a frame with the reserved opcode {other:#x}"),
        };
        write!(f, "{name} of {} bytes", self.payload.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6455 §5.7.
    #[test]
    fn the_examples_of_the_standard_are_written_and_read() {
        let masked = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        assert_eq!(text("Hello").bytes(), masked);
        let (frame, used) = Frame::read(&masked, 9).unwrap();
        assert_eq!((frame.payload.as_slice(), used), (&b"Hello"[..], masked.len()));
        assert!(frame.masked && frame.payload_start() == 15);
        assert_eq!(Draft::new(BINARY, [0; 256]).key(None).bytes()[..4], [0x82, 0x7e, 1, 0]);
        let long = Draft::new(BINARY, vec![0; 65_536]).key(None).bytes();
        assert_eq!(long[..10], [0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0]);
    }

    #[test]
    fn what_is_forbidden_can_be_written() {
        let form = |form| text("x").form(form).header(5);
        assert_eq!(form(Form::TwoBytes)[1..4], [0xfe, 0, 5]);
        assert_eq!(form(Form::EightBytes)[1..10], [0xff, 0, 0, 0, 0, 0, 0, 0, 5]);
        assert_eq!(text("").not_final().rsv(RSV1).bytes()[0], 0x41);
    }

    #[test]
    fn a_frame_is_read_once_it_is_whole() {
        let bytes = Draft::new(BINARY, [7; 300]).bytes();
        for cut in 0..bytes.len() {
            assert_eq!(Frame::read(&bytes[..cut], 0), None);
        }
        assert_eq!(Frame::read(&bytes, 0).unwrap().1, bytes.len());
    }
}

//! A whole frame (RFC 6455 §5.2): built to be sent, or read from the wire.

use crate::frames::header::{EIGHT_BYTES, Header, TWO_BYTES, shortest_form};
use crate::frames::opcode::Opcode;
use crate::frames::role::Role;

/// The masking key of the examples in RFC 6455 §5.7, and of every frame that a test masks without
/// naming a key.
pub const MASKING_KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// The status code that stands for a close frame without one (RFC 6455 §7.1.5).
pub(crate) const NO_STATUS_CODE: u16 = 1005;

/// Whether a frame is masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Masking {
    /// As RFC 6455 §5.1 asks of the end that sends: a client with [`MASKING_KEY`], a server not.
    AsDue,
    /// With this key, whoever sends.
    Key([u8; 4]),
    /// Not at all, whoever sends.
    Absent,
}

/// A frame, its payload unmasked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Whether this is the last frame of its message.
    pub fin: bool,
    /// RSV1, RSV2 and RSV3, as the number 0 to 7; RSV1 is 4.
    pub rsv: u8,
    /// The kind of the frame.
    pub opcode: Opcode,
    /// Whether the frame is to be masked, or was.
    pub masking: Masking,
    /// The payload, unmasked.
    pub payload: Vec<u8>,
}

impl Frame {
    /// A final frame with this opcode and payload.
    pub fn new(opcode: Opcode, payload: impl Into<Vec<u8>>) -> Self {
        Self { fin: true, rsv: 0, opcode, masking: Masking::AsDue, payload: payload.into() }
    }

    /// A text frame. It takes bytes too, for text that is not UTF-8.
    pub fn text(payload: impl Into<Vec<u8>>) -> Self {
        Self::new(Opcode::Text, payload)
    }

    /// A binary frame.
    pub fn binary(payload: impl Into<Vec<u8>>) -> Self {
        Self::new(Opcode::Binary, payload)
    }

    /// A continuation frame; the last of its message unless made [`not_final`](Self::not_final).
    pub fn continuation(payload: impl Into<Vec<u8>>) -> Self {
        Self::new(Opcode::Continuation, payload)
    }

    /// A ping.
    pub fn ping(payload: impl Into<Vec<u8>>) -> Self {
        Self::new(Opcode::Ping, payload)
    }

    /// A pong.
    pub fn pong(payload: impl Into<Vec<u8>>) -> Self {
        Self::new(Opcode::Pong, payload)
    }

    /// A close frame with a status code and a reason, which may be empty.
    pub fn close(code: u16, reason: &str) -> Self {
        Self::close_with([&code.to_be_bytes(), reason.as_bytes()].concat())
    }

    /// A close frame with this body, right or wrong; an empty one is without a status code.
    pub fn close_with(body: impl Into<Vec<u8>>) -> Self {
        Self::new(Opcode::Close, body)
    }

    /// The same frame as a fragment that others follow.
    #[must_use]
    pub fn not_final(self) -> Self {
        Self { fin: false, ..self }
    }

    /// The same frame with these reserved bits; 4 is RSV1, 2 RSV2, 1 RSV3.
    #[must_use]
    pub fn with_rsv(self, rsv: u8) -> Self {
        Self { rsv, ..self }
    }

    /// The same frame with this masking key, whoever sends it.
    #[must_use]
    pub fn masked_with(self, key: [u8; 4]) -> Self {
        Self { masking: Masking::Key(key), ..self }
    }

    /// The same frame unmasked, whoever sends it.
    #[must_use]
    pub fn unmasked(self) -> Self {
        Self { masking: Masking::Absent, ..self }
    }

    /// Whether the frame came masked.
    pub fn is_masked(&self) -> bool {
        matches!(self.masking, Masking::Key(_))
    }

    /// The payload as text; panics if it is not UTF-8.
    #[track_caller]
    pub fn into_text(self) -> String {
        String::from_utf8(self.payload).expect("the payload should be UTF-8")
    }

    /// The status code of a close frame: 1005 if it has none (RFC 6455 §7.1.5).
    pub fn close_code(&self) -> u16 {
        self.payload.first_chunk().map_or(NO_STATUS_CODE, |code| u16::from_be_bytes(*code))
    }

    /// The reason of a close frame.
    #[track_caller]
    pub fn close_reason(&self) -> &str {
        std::str::from_utf8(self.payload.get(2..).unwrap_or_default())
            .expect("the reason should be UTF-8")
    }

    /// The bytes of this frame as a client sends it, for what [`Wire`](crate::Wire) has no verb
    /// for: half of it, or many frames in one write.
    pub fn bytes(&self) -> Vec<u8> {
        self.bytes_from(Role::Client)
    }

    /// The same with a header that declares this length, in a form that has this many bytes of
    /// extended payload length, right or wrong: 0, 2 or 8.
    pub fn bytes_declaring(&self, length: u64, extended: usize) -> Vec<u8> {
        self.writes(Role::Client, length, extended)
    }

    pub(crate) fn bytes_from(&self, sender: Role) -> Vec<u8> {
        let length = self.payload.len() as u64;
        self.writes(sender, length, shortest_form(length))
    }

    fn writes(&self, sender: Role, length: u64, extended: usize) -> Vec<u8> {
        let key = match (self.masking, sender) {
            (Masking::Key(key), _) => Some(key),
            (Masking::AsDue, Role::Client) => Some(MASKING_KEY),
            (Masking::AsDue, Role::Server) | (Masking::Absent, _) => None,
        };
        let mut bytes = vec![u8::from(self.fin) << 7 | (self.rsv & 0x07) << 4 | self.opcode.bits()];
        let mask_bit = if key.is_some() { 0x80 } else { 0 };
        let big_endian = length.to_be_bytes();
        let seven_bits = match extended {
            0 => big_endian[7],
            2 => TWO_BYTES,
            _ => EIGHT_BYTES,
        };
        bytes.push(mask_bit | seven_bits);
        bytes.extend(&big_endian[8 - extended..]);
        bytes.extend(key.iter().flatten());
        bytes.extend(masked(&self.payload, key));
        bytes
    }

    /// Returns how many bytes the frame that begins like this has; `None` as long as its header is
    /// not complete, or if no machine could hold it.
    pub fn size(bytes: &[u8]) -> Option<usize> {
        Header::read(bytes)?.frame_size()
    }

    /// Reads one frame and says how many bytes it took; `None` as long as there is not all of it.
    pub fn read(bytes: &[u8]) -> Option<(Self, usize)> {
        let (header, size) = (Header::read(bytes)?, Self::size(bytes)?);
        let payload = bytes.get(header.size..size)?;
        let frame = Self {
            fin: header.fin,
            rsv: header.rsv,
            opcode: header.opcode,
            masking: header.masking_key.map_or(Masking::Absent, Masking::Key),
            payload: masked(payload, header.masking_key),
        };
        Some((frame, size))
    }
}

/// Masks a payload, or unmasks it: the same XOR (RFC 6455 §5.3).
pub(crate) fn masked(payload: &[u8], key: Option<[u8; 4]>) -> Vec<u8> {
    let Some(key) = key else { return payload.to_vec() };
    payload.iter().zip(key.into_iter().cycle()).map(|(byte, key)| byte ^ key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6455 §5.7, the examples.
    #[test]
    fn the_examples_of_the_standard_are_written_and_read() {
        let hello: &[u8] = &[0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        assert_eq!(Frame::text("Hello").bytes(), hello);
        let (frame, size) = Frame::read(hello).unwrap();
        assert_eq!(size, hello.len());
        assert_eq!(frame, Frame::text("Hello").masked_with(MASKING_KEY));

        let unmasked: &[u8] = &[0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f];
        assert_eq!(Frame::text("Hello").bytes_from(Role::Server), unmasked);
        assert_eq!(Frame::text("Hello").unmasked().bytes(), unmasked);
        assert_eq!(Frame::read(unmasked).unwrap().0.into_text(), "Hello");
    }

    #[test]
    fn a_frame_is_read_once_all_of_it_is_there() {
        for length in [0, 1, 125, 126, 65_535, 65_536] {
            let frame = Frame::binary(vec![7; length]).not_final().with_rsv(4);
            let bytes = frame.bytes();
            assert_eq!(Frame::read(&bytes[..bytes.len() - 1]), None, "length {length}");
            let (read, size) = Frame::read(&bytes).unwrap();
            assert_eq!(size, bytes.len());
            assert_eq!(read, frame.masked_with(MASKING_KEY));
            let header = Header::read(&bytes).unwrap();
            assert_eq!(header.length_fault(), None, "length {length}");
        }
    }

    #[test]
    fn a_header_may_declare_what_is_forbidden() {
        let declaring = |length, extended| Frame::text("x").bytes_declaring(length, extended);
        assert_eq!(declaring(5, 2)[1..4], [0xfe, 0, 5]);
        assert_eq!(declaring(5, 8)[1..10], [0xff, 0, 0, 0, 0, 0, 0, 0, 5]);
        assert_eq!(declaring(1, 0), Frame::text("x").bytes());
    }

    #[test]
    fn a_declared_length_allocates_nothing() {
        let huge = [0x82, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        assert_eq!(Frame::read(&huge), None);
    }

    /// RFC 6455 §7.1.5: 1005 stands for "no status code", and is never sent.
    #[test]
    fn a_close_frame_tells_its_code_and_reason() {
        let close = Frame::close(1002, "why");
        assert_eq!(close.payload, [0x03, 0xea, b'w', b'h', b'y']);
        assert_eq!((close.close_code(), close.close_reason()), (1002, "why"));
        let bare = Frame::close_with([]);
        assert_eq!((bare.close_code(), bare.close_reason()), (1005, ""));
    }
}

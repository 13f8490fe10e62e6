//! The opcode: four bits that tell the kind of a frame (RFC 6455 §5.2).

/// The opcode of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opcode {
    /// One more fragment of the message before it.
    Continuation,
    /// A text message, or its first fragment.
    Text,
    /// A binary message, or its first fragment.
    Binary,
    /// The closing handshake.
    Close,
    /// "Are you there?"
    Ping,
    /// "I am."
    Pong,
    /// One of the ten values that have no meaning yet.
    Reserved(u8),
}

impl Opcode {
    /// The opcode in the low four bits of a frame's first byte.
    pub fn from_bits(bits: u8) -> Self {
        match bits & 0x0f {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xa => Self::Pong,
            reserved => Self::Reserved(reserved),
        }
    }

    /// The four bits of this opcode.
    pub fn bits(self) -> u8 {
        match self {
            Self::Continuation => 0x0,
            Self::Text => 0x1,
            Self::Binary => 0x2,
            Self::Close => 0x8,
            Self::Ping => 0x9,
            Self::Pong => 0xa,
            Self::Reserved(bits) => bits & 0x0f,
        }
    }

    /// Returns whether this is the opcode of a control frame (RFC 6455 §5.5): its highest bit is
    /// set.
    pub fn is_control(self) -> bool {
        self.bits() & 0x8 != 0
    }

    pub(crate) fn is_reserved(self) -> bool {
        matches!(self, Self::Reserved(_))
    }

    pub(crate) fn name(self) -> String {
        match self {
            Self::Continuation => "continuation".to_owned(),
            Self::Text => "text".to_owned(),
            Self::Binary => "binary".to_owned(),
            Self::Close => "close".to_owned(),
            Self::Ping => "ping".to_owned(),
            Self::Pong => "pong".to_owned(),
            Self::Reserved(bits) => format!("opcode {bits:#x}"),
        }
    }
}

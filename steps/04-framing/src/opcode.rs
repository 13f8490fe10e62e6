//! The opcode of a frame: the four low bits of its first byte, RFC 6455 §5.2 and §11.8.

/// The meaning of a frame. The ten other values are reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Opcode {
    /// A fragment that continues the message before it.
    Continuation = 0x0,
    /// The first or only frame of a text, which is UTF-8.
    Text = 0x1,
    /// The first or only frame of a message of any bytes.
    Binary = 0x2,
    /// Begins or answers the closing handshake (§5.5.1).
    Close = 0x8,
    /// Is answered with a pong (§5.5.2).
    Ping = 0x9,
    /// The answer to a ping (§5.5.3).
    Pong = 0xA,
}

impl Opcode {
    /// The opcode with these four bits; `None` if it is reserved.
    #[inline]
    pub fn from_bits(bits: u8) -> Option<Self> {
        Some(match bits {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xA => Self::Pong,
            _ => return None,
        })
    }

    /// Control frames are about the connection; they may come between the fragments of a message,
    /// and are themselves short and whole (§5.5).
    #[inline]
    pub fn is_control(self) -> bool {
        self as u8 & 0x8 != 0
    }

    /// Its name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Continuation => "continuation",
            Self::Text => "text",
            Self::Binary => "binary",
            Self::Close => "close",
            Self::Ping => "ping",
            Self::Pong => "pong",
        }
    }
}

//! The opcode of a frame: the low four bits of its first byte (RFC 6455 §5.2 and §11.8).

// ANCHOR: opcode
/// The kind of a frame. The other ten values are reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Opcode {
    /// A fragment that continues the message that has begun.
    Continuation = 0x0,
    /// The first or only frame of a text message, which is UTF-8.
    Text = 0x1,
    /// The first or only frame of a binary message.
    Binary = 0x2,
    /// Begins or answers the closing handshake (§5.5.1).
    Close = 0x8,
    /// A request for a pong (§5.5.2).
    Ping = 0x9,
    /// The answer to a ping (§5.5.3).
    Pong = 0xA,
}
// ANCHOR_END: opcode

impl Opcode {
    /// Returns the opcode with these four bits, or `None` if it is reserved.
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

    // ANCHOR: is_control
    /// Returns whether this is the opcode of a control frame (§5.5): it has its highest bit set.
    #[inline]
    pub fn is_control(self) -> bool {
        self as u8 & 0x8 != 0
    }
    // ANCHOR_END: is_control

    /// Returns the name in lower case.
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

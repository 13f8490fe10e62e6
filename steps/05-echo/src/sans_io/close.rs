//! Status codes, and the close frame that carries them (RFC 6455 §5.5.1 and §7.4).

/// A status code that may be sent: why a connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloseCode(u16);

impl CloseCode {
    /// The purpose of the connection has been fulfilled (§7.4.1).
    pub const NORMAL: Self = Self(1000);
    /// The server stops, or the user leaves the page.
    pub const GOING_AWAY: Self = Self(1001);
    /// The peer broke a rule of the protocol.
    pub const PROTOCOL_ERROR: Self = Self(1002);
    /// The endpoint does not accept this type of data, such as binary where text is expected.
    pub const UNSUPPORTED_DATA: Self = Self(1003);
    /// The payload does not match its type, such as a text that is not UTF-8.
    pub const INVALID_PAYLOAD: Self = Self(1007);
    /// The peer broke a rule of ours that has no code of its own.
    pub const POLICY_VIOLATION: Self = Self(1008);
    /// The message is over the limit.
    pub const MESSAGE_TOO_BIG: Self = Self(1009);
    /// The server is overloaded or the peer reads too slowly; the peer may connect again later.
    pub const TRY_AGAIN_LATER: Self = Self(1013);

    // ANCHOR: code
    /// Returns the status code with this number, or `None` if a close frame must not carry it.
    ///
    /// A close frame may carry the codes that §7.4.1 and the IANA registry define, and 3000 to
    /// 4999, which are for libraries and applications. 1005, 1006 and 1015 are never sent. With
    /// them, an endpoint reports a close frame without a code, no close frame, and a failed TLS
    /// handshake.
    pub fn new(number: u16) -> Option<Self> {
        let may_be_sent = matches!(number, 1000..=1003 | 1007..=1014 | 3000..=4999);
        may_be_sent.then_some(Self(number))
    }
    // ANCHOR_END: code

    /// Returns the number of the status code.
    pub fn number(self) -> u16 {
        self.0
    }
}

// ANCHOR: frame
/// The payload of a close frame that is not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloseFrame<'payload> {
    /// The status code.
    pub code: CloseCode,
    /// A sentence for developers, which may be empty.
    pub reason: &'payload str,
}
// ANCHOR_END: frame

impl<'payload> CloseFrame<'payload> {
    // ANCHOR: decode
    /// Decodes the payload of a close frame: a status code in two bytes, and a reason. Returns
    /// `None` if the payload is empty.
    ///
    /// # Errors
    /// [`InvalidClose`] says what is wrong with the payload.
    pub(super) fn decode(payload: &'payload [u8]) -> Result<Option<Self>, InvalidClose> {
        let Some((&number, reason)) = payload.split_first_chunk() else {
            return if payload.is_empty() { Ok(None) } else { Err(InvalidClose::HalfACode) };
        };
        let number = u16::from_be_bytes(number);
        let code = CloseCode::new(number).ok_or(InvalidClose::Code(number))?;
        let reason = std::str::from_utf8(reason).map_err(|_| InvalidClose::Reason)?;
        Ok(Some(Self { code, reason }))
    }
    // ANCHOR_END: decode
}

/// What can be wrong with the payload of a close frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidClose {
    /// The payload has one byte, which is half a status code.
    #[error("a close frame with half a status code (§5.5.1)")]
    HalfACode,
    /// A close frame must not carry this status code.
    #[error("status code {0} must not be sent (§7.4)")]
    Code(u16),
    /// The reason is not UTF-8.
    #[error("a close reason that is not UTF-8 (§5.5.1)")]
    Reason,
}

//! Status codes, and the frame that carries them. RFC 6455 §5.5.1 and §7.4.

use std::fmt;

use crate::Failure;

/// Why a connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloseCode(u16);

impl CloseCode {
    /// The purpose is fulfilled (§7.4.1).
    pub const NORMAL: Self = Self(1000);
    /// The server goes down, or the visitor leaves the page.
    pub const GOING_AWAY: Self = Self(1001);
    /// A rule of the protocol was broken.
    pub const PROTOCOL_ERROR: Self = Self(1002);
    /// What was sent is not what it says it is, such as a text that is not UTF-8.
    pub const INVALID_PAYLOAD: Self = Self(1007);
    /// A policy of ours was broken for which there is no code of its own.
    pub const POLICY_VIOLATION: Self = Self(1008);
    /// A message is too big for us.
    pub const MESSAGE_TOO_BIG: Self = Self(1009);

    /// We are overloaded, or the peer does not keep up: it may try again later.
    pub const TRY_AGAIN_LATER: Self = Self(1013);
    /// Data of a kind that we do not take, such as bytes where texts are expected.
    pub const UNSUPPORTED_DATA: Self = Self(1003);

    // ANCHOR: code
    /// The code with this number, if a close frame may carry it: those that §7.4.1 and the registry
    /// it founded define, and 3000 to 4999, which are free. 1005, 1006 and 1015 stand for codes that
    /// were never sent, so they are not among them.
    #[must_use]
    pub fn new(number: u16) -> Option<Self> {
        let may_be_sent = matches!(number, 1000..=1003 | 1007..=1014 | 3000..=4999);
        may_be_sent.then_some(Self(number))
    }
    // ANCHOR_END: code

    /// The number on the wire.
    #[must_use]
    pub fn number(self) -> u16 {
        self.0
    }
}

impl fmt::Display for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a close frame says. An empty one says nothing, which is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloseFrame<'payload> {
    /// The status code.
    pub code: CloseCode,
    /// A sentence for whoever looks for the fault; never for the user.
    pub reason: &'payload str,
}

impl<'payload> CloseFrame<'payload> {
    // ANCHOR: decode
    /// Reads the payload of a close frame: nothing, or two bytes of status code and a reason.
    ///
    /// # Errors
    /// [`Failure::ClosePayload`] for a single byte, [`Failure::CloseCode`] for a code that must not
    /// be sent, and [`Failure::NotUtf8`] for a reason that is no text.
    pub fn decode(payload: &'payload [u8]) -> Result<Option<Self>, Failure> {
        let Some((&number, reason)) = payload.split_first_chunk() else {
            return if payload.is_empty() { Ok(None) } else { Err(Failure::ClosePayload) };
        };
        let number = u16::from_be_bytes(number);
        let code = CloseCode::new(number).ok_or(Failure::CloseCode(number))?;
        let reason = std::str::from_utf8(reason).map_err(|_| Failure::NotUtf8)?;
        Ok(Some(Self { code, reason }))
    }
    // ANCHOR_END: decode
}

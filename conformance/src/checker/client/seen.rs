//! What was seen of a client on one connection.

use crate::checker::client::asked::Asked;
use crate::checker::wire::frame::Frame;
use crate::checker::wire::record::{Record, received};
use crate::checker::wire::stop::Stop;

/// A connection that is over.
pub(crate) struct Seen {
    pub(crate) asked: Asked,
    /// The bytes of the request.
    pub(crate) request: Record,
    /// Whether compression was agreed on.
    pub(crate) compresses: bool,
    pub(crate) frames: Vec<Frame>,
    /// The bytes after the opening handshake.
    pub(crate) record: Record,
}

impl Seen {
    /// A failure in the header with this name, or in the whole request.
    pub(crate) fn wrong_header(&self, happened: impl Into<String>, name: &str) -> Stop {
        let mark = self.asked.offset(name).map(received);
        Stop::found(happened.into(), self.request.clone(), mark)
    }

    /// A failure in the request line.
    pub(crate) fn wrong_line(&self, happened: impl Into<String>) -> Stop {
        Stop::found(happened.into(), self.request.clone(), Some(received(0)))
    }

    /// Returns a failure in a frame, at this offset in bytes.
    pub(crate) fn wrong_frame(
        &self,
        happened: impl Into<String>,
        frame: &Frame,
        index: u64,
    ) -> Stop {
        Stop::found(happened.into(), self.record.clone(), Some(received(frame.start + index)))
    }
}

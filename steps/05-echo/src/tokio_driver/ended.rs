//! How a connection ended.

use std::io;

use crate::sans_io::close::CloseCode;
use crate::sans_io::endpoint::Ending;
use crate::sans_io::failure::Failure;

// ANCHOR: ended
/// Why no more messages will come.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    /// The peer closed the connection, with this status code if it had one.
    #[error("closed {}", .0.map_or("without a status code".to_owned(), |code| format!("with {code}")))]
    Closed(Option<CloseCode>),
    /// The peer broke a rule, and is sent a close frame that names it.
    #[error("failed with {}: {}", .0.code(), .0)]
    Failed(Failure),
    /// Nothing came from the peer for the idle time, not even a pong.
    #[error("dropped: nothing came for the idle time")]
    Idle,
    /// The program stops. The connection is still open, and has to be [ended].
    ///
    /// [ended]: crate::Connection::end
    #[error("told to stop")]
    Stopped,
    /// The TCP connection broke or ended without a closing handshake. Browsers report code 1006.
    #[error("vanished without a close: {0}")]
    Vanished(#[from] io::Error),
}
// ANCHOR_END: ended

impl From<Ending> for Ended {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Closed(code) => Self::Closed(code),
            Ending::Failed(failure) => Self::Failed(failure),
        }
    }
}

//! How a connection ended.

use std::io;

use crate::sans_io::endpoint::Ending;

// ANCHOR: ended
/// Why no more messages will come.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    /// The peer closed the connection, or broke a rule.
    #[error(transparent)]
    ByPeer(#[from] Ending),
    /// The peer sent nothing for the idle time, not even a pong.
    #[error("dropped: nothing came for the idle time")]
    Idle,
    /// The program stops. The connection is still open, and must be [ended].
    ///
    /// [ended]: crate::Connection::end
    #[error("told to stop")]
    Stopped,
    /// The TCP connection broke, or ended without a closing handshake.
    #[error("vanished without a close: {0}")]
    Vanished(#[from] io::Error),
}
// ANCHOR_END: ended

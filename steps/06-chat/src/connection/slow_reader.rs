//! A member who reads too slowly is closed with 1013, and may come back.

use std::time::Duration;

use echo::{CloseCode, CloseFrame, Timeouts};

/// The close frame for a slow reader.
pub(crate) const CLOSE: CloseFrame<'static> = CloseFrame {
    code: CloseCode::TRY_AGAIN_LATER,
    reason: "too slow: too many bytes wait to be read",
};

/// Returns how long a peer may take to end the connection after `close` was sent.
///
/// A slow reader has much to read before it reaches the close frame. So it gets the time after which
/// an idle peer is dropped. It has left the room meanwhile.
pub(crate) fn time_to_end(close: &CloseFrame<'_>, timeouts: &Timeouts) -> Duration {
    if *close == CLOSE { timeouts.idle } else { timeouts.close }
}

//! What happens to a member who reads too slowly: they are closed with 1013, and may come back.

use std::time::Duration;

use echo::{CloseCode, CloseFrame, Timeouts};

/// The close that a slow reader is sent.
pub(crate) const CLOSE: CloseFrame<'static> =
    CloseFrame { code: CloseCode::TRY_AGAIN_LATER, reason: "too slow: too much waits to be read" };

/// How long a peer may take to end, once it is sent `close`.
///
/// A slow reader has much to read before the close, so they get the time after which an idle peer is
/// dropped. Their place in the room is free meanwhile.
pub(crate) fn time_to_end(close: &CloseFrame<'_>, timeouts: &Timeouts) -> Duration {
    if *close == CLOSE { timeouts.idle } else { timeouts.close }
}

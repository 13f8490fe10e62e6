//! What a room and the vote have in common, for the connections of those who take part.

use std::sync::Arc;
use std::task::{Context, Poll};

use event_log::Loss;

use crate::delivery::inbox::Answer;
use crate::delivery::line::Line;

// ANCHOR: participant
/// A member of a room, or a page of the vote. Whoever takes part leaves when this value is dropped,
/// however the connection ended (fault F18).
pub(crate) trait Participant: Send + 'static {
    /// The line to the participant.
    fn line(&self) -> &Arc<Line>;

    /// Handles a text. Returns the answer that only this participant receives, if any.
    fn handle(&self, text: &str) -> Option<Answer>;

    /// Returns whether nothing may be read from the participant now, because the room has much to send
    /// already.
    fn must_wait(&self) -> bool;

    /// Waits until the participant loses the name.
    fn poll_lost(&mut self, context: &mut Context<'_>) -> Poll<Loss>;
}
// ANCHOR_END: participant

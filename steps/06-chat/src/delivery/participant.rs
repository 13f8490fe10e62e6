//! What a room and the vote have in common, for the connections of those who take part.

use std::sync::Arc;
use std::task::{Context, Poll};

use event_log::{Draft, Loss};

use crate::delivery::inbox::Answer;
use crate::delivery::line::Line;

/// What becomes of a text.
pub(crate) enum Handled {
    /// It has to be [appended](Participant::append) to the log, together with others that came at the
    /// same time.
    Said(Said),
    /// It has this answer, which only the participant receives, or none.
    Answered(Option<Answer>),
}

/// A message or a vote that is to be appended to the log.
pub(crate) struct Said {
    pub(crate) draft: Draft,
    /// Whether the participant has chosen the key. A key that was drawn here means nothing to it.
    pub(crate) has_own_key: bool,
}

// ANCHOR: participant
/// A member of a room, or a page of the vote. Whoever takes part leaves when this value is dropped,
/// however the connection ended (fault F18).
pub(crate) trait Participant: Send + 'static {
    /// The line to the participant.
    fn line(&self) -> &Arc<Line>;

    /// Handles a text.
    fn handle(&self, text: &str) -> Handled;

    /// Appends what was said to the log. Returns the answers that only this participant receives, in
    /// the same order.
    fn append(&self, said: &[Said]) -> Vec<Answer>;

    /// Returns whether nothing may be read from the participant now, because the room has much to send
    /// already.
    fn must_wait(&self) -> bool;

    /// Waits until the participant loses the name.
    fn poll_lost(&mut self, context: &mut Context<'_>) -> Poll<Loss>;
}
// ANCHOR_END: participant

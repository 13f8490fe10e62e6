//! Looking out for the next message instead of sleeping, while messages follow each other closely.

use std::time::{Duration, Instant};

use tokio::task::yield_now;

/// A message that comes within this time after the last broadcast has come soon. A task looks out for
/// no longer than this.
const SOON: Duration = Duration::from_micros(200);
/// Messages that must come soon, one after the other, until a task looks out.
const SOON_COUNT: u32 = 2;

// ANCHOR: lookout
/// Whether a task looks out for the next message.
///
/// A program without work sleeps, and waking it takes the system longer than everything that we do
/// for a message. So while messages follow each other closely, the task stays awake for a moment
/// after each broadcast, and other tasks have their turns. When no message comes in that moment, the
/// task sleeps again. In a room where people type, messages are much too rare for this.
#[derive(Debug)]
pub(crate) struct Lookout {
    /// When the last broadcast was over.
    since: Instant,
    /// Messages that have come soon, one after the other.
    soon: u32,
}

impl Lookout {
    pub(crate) fn new() -> Self {
        Self { since: Instant::now(), soon: 0 }
    }

    /// Notes that something has come.
    pub(crate) fn note(&mut self) {
        let is_soon = self.since.elapsed() < SOON;
        self.soon = if is_soon { self.soon.saturating_add(1) } else { 0 };
    }

    /// Looks out until `has_come` says that something has come, if that is probably soon.
    pub(crate) async fn look(&mut self, has_come: impl Fn() -> bool) {
        self.since = Instant::now();
        while self.soon >= SOON_COUNT && !has_come() {
            if self.since.elapsed() > SOON {
                self.soon = 0;
            }
            yield_now().await;
        }
    }
}
// ANCHOR_END: lookout

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Returns how often a task has looked before it slept. Nothing has come meanwhile.
    async fn looks(lookout: &mut Lookout) -> u32 {
        let looks = Cell::new(0);
        lookout.look(|| looks.replace(looks.get() + 1) == u32::MAX).await;
        looks.get()
    }

    #[tokio::test]
    async fn a_task_looks_out_only_while_messages_come_soon() {
        let mut lookout = Lookout::new();
        for _ in 0..SOON_COUNT {
            assert_eq!(looks(&mut lookout).await, 0);
            lookout.since = Instant::now();
            lookout.note();
        }
        assert!(looks(&mut lookout).await > 0);
        // Nothing has come, so that it sleeps the next time.
        assert_eq!(looks(&mut lookout).await, 0);
    }

    #[tokio::test]
    async fn a_message_that_comes_late_ends_it() {
        let mut lookout = Lookout { since: Instant::now(), soon: SOON_COUNT };
        lookout.since -= SOON;
        lookout.note();
        assert_eq!(looks(&mut lookout).await, 0);
    }
}

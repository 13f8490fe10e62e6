//! Leaves out the message, and says nothing: a hole in somebody's talk.
//!
//! Fails: a_full_queue_keeps_nobody_waiting
//!   "who is too slow is to be closed with 1013"

use std::collections::BTreeMap;
use std::sync::mpsc::{SyncSender, TrySendError};

/// Messages that may wait for a member.
const QUEUE: usize = 2;

/// A room, and a queue for each of its members.
#[derive(Default)]
struct Room {
    members: BTreeMap<String, SyncSender<String>>,
}

impl Room {
    /// Tells everyone. Returns those who are too slow, and are to be closed with 1013.
    fn tell(&mut self, message: &str) -> Vec<String> {
        let too_slow = Vec::new();
        self.members.retain(|_, member| match member.try_send(message.to_owned()) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => true,
            // They have left: there is nobody to close.
            Err(TrySendError::Disconnected(_)) => false,
        });
        too_slow
    }
}

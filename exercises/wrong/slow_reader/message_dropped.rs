//! Drops the message for a slow member, and returns no name.
//!
//! Fails: a_full_queue_is_not_given_a_moment
//!   "5000 phones are too slow"
//! Fails: a_full_queue_keeps_nobody_waiting
//!   "the phone is to be closed with 1013"
//! Fails: everyone_else_receives_the_message
//!   "only the phone is too slow"
//! Fails: everyone_who_is_too_slow_is_removed
//!   "three phones are too slow, and the same message finds them all"

use std::collections::BTreeMap;
use std::sync::mpsc::{SyncSender, TrySendError};

/// How many messages may wait for a member.
const QUEUE: usize = 2;

/// A room, and a queue for each of its members.
#[derive(Default)]
struct Room {
    members: BTreeMap<String, SyncSender<String>>,
}

impl Room {
    /// Sends a message to everyone. Returns those who are too slow and must be closed with 1013.
    fn broadcast(&mut self, message: &str) -> Vec<String> {
        let too_slow = Vec::new();
        self.members.retain(|_, member| match member.try_send(message.to_owned()) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => true,
            // This member has left: there is no connection to close.
            Err(TrySendError::Disconnected(_)) => false,
        });
        too_slow
    }
}

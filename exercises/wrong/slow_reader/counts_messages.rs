//! Counts the messages that it has sent, and not those that wait.
//!
//! Fails: a_full_queue_keeps_nobody_waiting
//!   "the phone was removed, and has come back with a new connection"
//! Fails: a_member_who_has_left_is_not_slow
//!   "Grace and Ada have left: there is no connection to close with 1013"
//! Fails: a_member_who_reads_may_stay
//!   "Ada reads every message, so her queue is never full"
//! Fails: everyone_else_receives_the_message
//!   "the phone's queue is full, and everyone else receives the message"

use std::collections::BTreeMap;
use std::sync::mpsc::{SyncSender, TrySendError};

/// How many messages may wait for a member.
const QUEUE: usize = 2;

/// A room, and a queue for each of its members.
#[derive(Default)]
struct Room {
    members: BTreeMap<String, SyncSender<String>>,
    sent: BTreeMap<String, usize>,
}

impl Room {
    /// Sends a message to everyone. Returns those who are too slow and must be closed with 1013.
    fn broadcast(&mut self, message: &str) -> Vec<String> {
        let mut too_slow = Vec::new();
        self.members.retain(|name, member| {
            let sent = self.sent.entry(name.clone()).or_default();
            *sent += 1;
            if *sent > QUEUE {
                too_slow.push(name.clone());
                return false;
            }
            match member.try_send(message.to_owned()) {
                Ok(()) => true,
                Err(TrySendError::Full(_)) => {
                    too_slow.push(name.clone());
                    false
                }
                // This member has left: there is no connection to close.
                Err(TrySendError::Disconnected(_)) => false,
            }
        });
        too_slow
    }
}

//! Remembers who was too slow, and sends them nothing when they come back.
//!
//! Fails: a_full_queue_keeps_nobody_waiting
//!   "the phone was removed, and has come back with a new connection"

use std::collections::BTreeMap;
use std::sync::mpsc::{SyncSender, TrySendError};

/// How many messages may wait for a member.
const QUEUE: usize = 2;

/// A room, and a queue for each of its members.
#[derive(Default)]
struct Room {
    members: BTreeMap<String, SyncSender<String>>,
    slow: Vec<String>,
}

impl Room {
    /// Sends a message to everyone. Returns those who are too slow and must be closed with 1013.
    fn broadcast(&mut self, message: &str) -> Vec<String> {
        let mut too_slow = Vec::new();
        let slow = &mut self.slow;
        self.members.retain(|name, member| {
            !slow.contains(name)
                && match member.try_send(message.to_owned()) {
                    Ok(()) => true,
                    Err(TrySendError::Full(_)) => {
                        too_slow.push(name.clone());
                        slow.push(name.clone());
                        false
                    }
                    // This member has left: there is no connection to close.
                    Err(TrySendError::Disconnected(_)) => false,
                }
        });
        too_slow
    }
}

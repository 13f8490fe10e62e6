//! Gives a full queue ten milliseconds, and everybody waits for them.
//!
//! Fails: a_full_queue_is_not_given_a_moment
//!   "your `broadcast` waits for a member who reads nothing (F21)"

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
        let mut too_slow = Vec::new();
        self.members.retain(|name, member| match member.try_send(message.to_owned()) {
            Ok(()) => true,
            Err(TrySendError::Full(message)) => {
                std::thread::sleep(std::time::Duration::from_millis(10));
                let is_there = member.try_send(message).is_ok();
                if !is_there {
                    too_slow.push(name.clone());
                }
                is_there
            }
            // This member has left: there is no connection to close.
            Err(TrySendError::Disconnected(_)) => false,
        });
        too_slow
    }
}

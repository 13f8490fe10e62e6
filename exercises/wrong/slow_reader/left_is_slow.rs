//! Takes a member who has left for a slow one.
//!
//! Fails: a_member_who_has_left_is_not_slow
//!   "Grace and Ada have left: there is no connection to close with 1013"

use std::collections::BTreeMap;
use std::sync::mpsc::SyncSender;

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
            Err(_) => {
                too_slow.push(name.clone());
                false
            }
        });
        too_slow
    }
}

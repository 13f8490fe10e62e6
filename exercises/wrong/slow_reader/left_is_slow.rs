//! Takes who has left for slow.
//!
//! Fails: who_has_left_is_not_slow
//!   "who has left cannot be closed"

use std::collections::BTreeMap;
use std::sync::mpsc::SyncSender;

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

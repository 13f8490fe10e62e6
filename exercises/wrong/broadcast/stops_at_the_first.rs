//! Stops at the first who cannot be reached.
//!
//! Fails: who_has_left_is_no_member
//!   "who has left is still in the list"

use std::collections::BTreeMap;
use std::sync::mpsc::Sender;

/// A room, and a way to each of its members.
#[derive(Default)]
struct Room {
    members: BTreeMap<String, Sender<String>>,
}

impl Room {
    /// Tells everyone but its sender a message.
    fn tell(&mut self, sender: &str, message: &str) {
        for (_, member) in self.members.iter().filter(|(name, _)| *name != sender) {
            if member.send(format!("{sender}: {message}")).is_err() {
                return;
            }
        }
    }
}

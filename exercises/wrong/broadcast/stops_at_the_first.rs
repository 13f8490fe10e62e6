//! Stops at the first member who cannot be reached.
//!
//! Fails: a_member_who_has_left_is_removed
//!   "Grace has left, and is still in the list (F18)"
//! Fails: all_members_who_have_left_are_removed
//!   "Grace, Hedy and Mary have left, and one message is enough to see it"

use std::collections::BTreeMap;
use std::sync::mpsc::Sender;

/// A room, and a channel to each of its members.
#[derive(Default)]
struct Room {
    members: BTreeMap<String, Sender<String>>,
}

impl Room {
    /// Sends a message to everyone except its sender.
    fn broadcast(&mut self, sender: &str, message: &str) {
        for (_, member) in self.members.iter().filter(|(name, _)| *name != sender) {
            if member.send(format!("{sender}: {message}")).is_err() {
                return;
            }
        }
    }
}

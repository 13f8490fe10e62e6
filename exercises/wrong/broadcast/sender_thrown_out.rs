//! Keeps whom it could reach, which its sender is not.
//!
//! Fails: who_has_left_is_no_member
//!   "who has left is still in the list"
//! Fails: the_sender_stays
//!   "who speaks to nobody is still a member"

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
        // An error says that nobody is at the other end any more.
        self.members.retain(|name, member| {
            name != sender && member.send(format!("{sender}: {message}")).is_ok()
        });
    }
}

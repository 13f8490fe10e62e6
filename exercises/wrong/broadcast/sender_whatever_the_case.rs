//! Takes Ada and ada for the same member.
//!
//! Fails: a_similar_name_is_another_member
//!   "a similar name is another member, who receives the message"

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
        // An error says that nobody receives from this channel any more.
        self.members.retain(|name, member| {
            name.eq_ignore_ascii_case(sender) || member.send(format!("{sender}: {message}")).is_ok()
        });
    }
}

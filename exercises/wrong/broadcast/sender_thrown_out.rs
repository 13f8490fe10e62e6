//! Keeps the members that it has sent the message to, and so removes the sender.
//!
//! Fails: a_member_who_has_left_is_removed
//!   "Grace has left, and is still in the list (F18)"
//! Fails: all_members_who_have_left_are_removed
//!   "Grace, Hedy and Mary have left, and one message is enough to see it"
//! Fails: the_sender_stays
//!   "the sender was sent nothing, and is still a member"

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
            name != sender && member.send(format!("{sender}: {message}")).is_ok()
        });
    }
}

//! Removes the first member who has left, and leaves the others for later.
//!
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
        // An error says that nobody receives from this channel any more.
        let mut gone = None;
        for (name, member) in &self.members {
            if name != sender && member.send(format!("{sender}: {message}")).is_err() {
                gone = gone.or(Some(name.clone()));
            }
        }
        if let Some(name) = gone {
            self.members.remove(&name);
        }
    }
}

//! Takes a message like the last one for the same.
//!
//! Fails: every_message_is_sent_in_its_order
//!   "three messages, the third like the first"

use std::collections::BTreeMap;
use std::sync::mpsc::Sender;

/// A room, and a channel to each of its members.
#[derive(Default)]
struct Room {
    members: BTreeMap<String, Sender<String>>,
    sent: Vec<String>,
}

impl Room {
    /// Sends a message to everyone except its sender.
    fn broadcast(&mut self, sender: &str, message: &str) {
        let text = format!("{sender}: {message}");
        if self.sent.contains(&text) {
            return;
        }
        self.sent.push(text);
        // An error says that nobody receives from this channel any more.
        self.members.retain(|name, member| {
            name == sender || member.send(format!("{sender}: {message}")).is_ok()
        });
    }
}

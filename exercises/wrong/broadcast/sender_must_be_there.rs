//! Takes the sender out first and puts them back, which fails if they have left.
//!
//! Fails: the_last_message_of_a_sender_who_has_left_is_sent
//!   "your `broadcast` panicked when Ada sent "goodbye""

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
        let own = self.members.remove(sender).unwrap();
        self.members.retain(|_, member| member.send(format!("{sender}: {message}")).is_ok());
        self.members.insert(sender.to_owned(), own);
    }
}

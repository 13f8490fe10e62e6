//! # Repair this room: those who have left are still in it
//!
//! A message goes to everyone but its sender, who has it already. In this room everyone gets it.
//! And who has left stays in the list: the error that says so is thrown away, and every later
//! message is sent to nobody, again and again (fault F18).
//!
//! Repair `tell`: to all but the sender, and whoever cannot be reached is no member any more.
//!
//! Fails: everyone_but_the_sender_hears_it
//!   "Ada has heard her own message"
//! Fails: who_has_left_is_no_member
//!   "who has left is still in the list (F18)"
//!
//! Chapter: book/src/06-chat.md#exercises

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
        for member in self.members.values() {
            // TODO: who is this? And what does an error mean here?
            let _ = member.send(format!("{sender}: {message}"));
        }
    }
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use super::*;

    fn room<const COUNT: usize>(names: [&str; COUNT]) -> (Room, [Receiver<String>; COUNT]) {
        let mut room = Room::default();
        let receivers = names.map(|name| {
            let (sender, receiver) = channel();
            room.members.insert(name.to_owned(), sender);
            receiver
        });
        (room, receivers)
    }

    #[test]
    fn everyone_but_the_sender_hears_it() {
        let (mut room, [ada, grace, hedy]) = room(["Ada", "Grace", "Hedy"]);
        room.tell("Ada", "hello");
        for member in [&grace, &hedy] {
            assert_eq!(member.try_recv().as_deref(), Ok("Ada: hello"), "the others hear it");
            assert!(member.try_recv().is_err(), "they hear it once");
        }
        assert!(ada.try_recv().is_err(), "Ada has heard her own message");
    }

    #[test]
    fn who_has_left_is_no_member() {
        let (mut room, [_ada, grace, hedy]) = room(["Ada", "Grace", "Hedy"]);
        drop(grace);
        room.tell("Ada", "hello");
        let names: Vec<&str> = room.members.keys().map(String::as_str).collect();
        assert_eq!(names, ["Ada", "Hedy"], "who has left is still in the list (F18)");
        assert_eq!(hedy.try_recv().as_deref(), Ok("Ada: hello"), "those behind them hear it");
    }

    #[test]
    fn the_sender_stays() {
        let (mut room, [_ada]) = room(["Ada"]);
        room.tell("Ada", "is anybody here?");
        assert_eq!(room.members.len(), 1, "who speaks to nobody is still a member");
    }
}

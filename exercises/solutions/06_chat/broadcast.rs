//! A solution of `broadcast`: repair this room: those who have left are still in it.

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
            name == sender || member.send(format!("{sender}: {message}")).is_ok()
        });
    }
}

fn main() {}

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

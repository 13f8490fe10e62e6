//! # Repair this room: those who have left are still in it
//!
//! In this room a member who has left stays in the list: the code ignores the error of `send`, and
//! tries again with each later message (fault F18). And the sender receives its own message, which
//! its page shows already.
//!
//! Repair `broadcast`. It sends the message to everyone except the sender, and removes each member
//! who cannot be reached. The sender may have left a moment ago: the others still receive the
//! message.
//!
//! Fails: a_member_who_has_left_is_removed
//!   "Grace has left, and is still in the list (F18)"
//! Fails: a_similar_name_is_another_member
//!   "a similar name is another member, who receives the message"
//! Fails: all_members_who_have_left_are_removed
//!   "Grace, Hedy and Mary have left, and one message is enough to see it"
//! Fails: everyone_but_the_sender_receives_it
//!   "one message to everyone except its sender"
//!
//! Chapter: book/src/06a-room.md#exercises

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
        for member in self.members.values() {
            // TODO: whose name is this? And what does an error mean here?
            let _ = member.send(format!("{sender}: {message}"));
        }
    }
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::mpsc::{Receiver, channel};

    use super::*;

    #[test]
    fn everyone_but_the_sender_receives_it() {
        for sender in ["Ada", "Grace", "Hedy"] {
            let mut room = Meeting::of(["Ada", "Grace", "Hedy"]);
            room.broadcast(sender, "hello");
            for name in ["Ada", "Grace", "Hedy"] {
                let to_others = format!("{sender}: hello");
                let expected = if name == sender { vec![] } else { vec![to_others] };
                room.expect_received(name, &expected, "one message to everyone except its sender");
            }
        }
    }

    #[test]
    fn a_similar_name_is_another_member() {
        for sender in ["Ada", "Ad", "ada", "Adam"] {
            let mut room = Meeting::of(["Ad", "Ada", "Adam", "ada", "Madam Ada"]);
            room.broadcast(sender, "hello");
            for name in ["Ad", "Ada", "Adam", "ada", "Madam Ada"] {
                let to_others = format!("{sender}: hello");
                let expected = if name == sender { vec![] } else { vec![to_others] };
                room.expect_received(
                    name,
                    &expected,
                    "a similar name is another member, who receives the message",
                );
            }
        }
    }

    #[test]
    fn every_message_is_sent_in_its_order() {
        let mut room = Meeting::of(["Ada", "Grace", "Hedy"]);
        room.broadcast("Ada", "hello");
        room.broadcast("Grace", "hi");
        room.broadcast("Ada", "hello");
        let expected = ["Ada: hello", "Grace: hi", "Ada: hello"].map(str::to_owned);
        room.expect_received("Hedy", &expected, "three messages, the third like the first");
    }

    #[test]
    fn a_member_who_has_left_is_removed() {
        let mut room = Meeting::of(["Ada", "Grace", "Hedy"]);
        room.leaves("Grace");
        room.broadcast("Ada", "hello");
        room.expect_members(&["Ada", "Hedy"], "Grace has left, and is still in the list (F18)");
        let mistake = "Grace has left, and those behind her in the list receive the message";
        room.expect_received("Hedy", &["Ada: hello".to_owned()], mistake);
    }

    #[test]
    fn all_members_who_have_left_are_removed() {
        let mut room = Meeting::of(["Ada", "Grace", "Hedy", "Joan", "Mary"]);
        for name in ["Grace", "Hedy", "Mary"] {
            room.leaves(name);
        }
        room.broadcast("Ada", "hello");
        let mistake = "Grace, Hedy and Mary have left, and one message is enough to see it";
        room.expect_members(&["Ada", "Joan"], mistake);
    }

    #[test]
    fn the_sender_stays() {
        let mut room = Meeting::of(["Ada"]);
        room.broadcast("Ada", "is anybody here?");
        room.expect_members(&["Ada"], "the sender was sent nothing, and is still a member");
    }

    #[test]
    fn the_last_message_of_a_sender_who_has_left_is_sent() {
        let mut room = Meeting::of(["Grace", "Hedy"]);
        room.broadcast("Ada", "goodbye");
        let mistake = "Ada has just left, and the others still receive her last message";
        room.expect_received("Hedy", &["Ada: goodbye".to_owned()], mistake);
        room.expect_members(&["Grace", "Hedy"], "the sender has left, and nobody else");
    }

    /// A room, and what each member receives from it.
    struct Meeting {
        room: Room,
        receivers: BTreeMap<String, Receiver<String>>,
    }

    impl Meeting {
        fn of<const COUNT: usize>(names: [&str; COUNT]) -> Self {
            let mut meeting = Self { room: Room::default(), receivers: BTreeMap::new() };
            for name in names {
                let (sender, receiver) = channel();
                meeting.room.members.insert(name.to_owned(), sender);
                meeting.receivers.insert(name.to_owned(), receiver);
            }
            meeting
        }

        fn leaves(&mut self, name: &str) {
            self.receivers.remove(name);
        }

        #[track_caller]
        fn broadcast(&mut self, sender: &str, message: &str) {
            let sent = catch_unwind(AssertUnwindSafe(|| self.room.broadcast(sender, message)));
            assert!(sent.is_ok(), "your `broadcast` panicked when {sender} sent {message:?}");
        }

        #[track_caller]
        fn expect_received(&self, name: &str, expected: &[String], mistake: &str) {
            let yours: Vec<String> = self.receivers[name].try_iter().collect();
            assert!(
                yours == expected,
                "{mistake}\n  {name} received\n  yours:    {yours:?}\n  expected: {expected:?}"
            );
        }

        #[track_caller]
        fn expect_members(&self, expected: &[&str], mistake: &str) {
            let yours: Vec<&str> = self.room.members.keys().map(String::as_str).collect();
            assert!(
                yours == expected,
                "{mistake}\n  members\n  yours:    {yours:?}\n  expected: {expected:?}"
            );
        }
    }
}

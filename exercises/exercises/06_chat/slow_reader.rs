//! # One bad phone stops the room
//!
//! A phone in a tunnel reads nothing. Its queue has a limit, as it should. When the queue is full,
//! this room waits for the phone, and everybody waits with it (fault F21).
//!
//! Make `tell` wait for nobody: whoever's queue is full is taken out of the room and closed with
//! 1013, "try again later". `tell` returns the names of those.
//!
//! Fails: a_full_queue_keeps_nobody_waiting
//!   "one slow reader keeps the room waiting (F21)"
//!
//! Chapter: book/src/06-chat.md#exercises

use std::collections::BTreeMap;
use std::sync::mpsc::SyncSender;

/// Messages that may wait for a member.
const QUEUE: usize = 2;

/// A room, and a queue for each of its members.
#[derive(Default)]
struct Room {
    members: BTreeMap<String, SyncSender<String>>,
}

impl Room {
    /// Tells everyone. Returns those who are too slow, and are to be closed with 1013.
    fn tell(&mut self, message: &str) -> Vec<String> {
        // TODO: what does `send` do when the queue is full?
        self.members.retain(|_, member| member.send(message.to_owned()).is_ok());
        Vec::new()
    }
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{self, Receiver, sync_channel};
    use std::thread;
    use std::time::Duration;

    use super::*;

    /// The room has answered long before, unless it waits for ever.
    const LONG: Duration = Duration::from_secs(5);

    fn enter(room: &mut Room, name: &str) -> Receiver<String> {
        let (sender, receiver) = sync_channel(QUEUE);
        room.members.insert(name.to_owned(), sender);
        receiver
    }

    /// Tells so many messages, while nobody reads. Returns the room and those who were too slow;
    /// `None` if the room still waits.
    fn tell(mut room: Room, count: usize) -> Option<(Room, Vec<String>)> {
        let (says, done) = mpsc::channel();
        thread::spawn(move || {
            let slow = (0..count).flat_map(|number| room.tell(&format!("message {number}")));
            let slow = slow.collect();
            let _ = says.send((room, slow));
        });
        done.recv_timeout(LONG).ok()
    }

    #[test]
    fn a_message_waits_in_the_queue() {
        let mut room = Room::default();
        let ada = enter(&mut room, "Ada");
        let (room, slow) = tell(room, QUEUE).expect("nobody has to wait for an empty queue");
        assert!(slow.is_empty(), "there was room in the queue");
        assert!(room.members.contains_key("Ada"), "Ada stays");
        assert_eq!(ada.try_iter().count(), QUEUE, "all messages wait for Ada");
    }

    #[test]
    fn a_full_queue_keeps_nobody_waiting() {
        let mut room = Room::default();
        let _phone = enter(&mut room, "phone");
        let Some((mut room, slow)) = tell(room, QUEUE + 1) else {
            panic!("one slow reader keeps the room waiting (F21)");
        };
        assert_eq!(slow, ["phone"], "who is too slow is to be closed with 1013");
        assert!(!room.members.contains_key("phone"), "and taken out of the room");
        let hedy = enter(&mut room, "Hedy");
        assert!(room.tell("hello").is_empty(), "Hedy is not slow");
        assert_eq!(hedy.try_recv().as_deref(), Ok("hello"), "Hedy hears what comes next");
    }

    #[test]
    fn who_has_left_is_not_slow() {
        let mut room = Room::default();
        drop(enter(&mut room, "Grace"));
        let (room, slow) = tell(room, 1).expect("nobody has to wait for who has left");
        assert!(slow.is_empty(), "who has left cannot be closed");
        assert!(room.members.is_empty(), "who has left is no member");
    }
}

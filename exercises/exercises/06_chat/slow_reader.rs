//! # One bad phone stops the room
//!
//! A phone in a tunnel reads nothing. The queue of messages for it has a limit, as it should. But
//! when the queue is full, this room waits for the phone, and everybody waits with it (fault F21).
//!
//! Make `broadcast` wait for nobody. It removes each member whose queue is full from the room, and
//! returns their names: the server closes these connections with 1013, "try again later". It also
//! removes a member who has left, and does not return the name, because there is no connection to
//! close. Everyone else receives the message.
//!
//! Fails: a_full_queue_is_not_given_a_moment
//!   "your `broadcast` waits for a member who reads nothing (F21)"
//! Fails: a_full_queue_keeps_nobody_waiting
//!   "your `broadcast` waits for a member who reads nothing (F21)"
//! Fails: everyone_else_receives_the_message
//!   "your `broadcast` waits for a member who reads nothing (F21)"
//! Fails: everyone_who_is_too_slow_is_removed
//!   "your `broadcast` waits for a member who reads nothing (F21)"
//!
//! Chapter: book/src/06a-room.md#exercises

use std::collections::BTreeMap;
use std::sync::mpsc::SyncSender;

/// How many messages may wait for a member.
const QUEUE: usize = 2;

/// A room, and a queue for each of its members.
#[derive(Default)]
struct Room {
    members: BTreeMap<String, SyncSender<String>>,
}

impl Room {
    /// Sends a message to everyone. Returns those who are too slow and must be closed with 1013.
    fn broadcast(&mut self, message: &str) -> Vec<String> {
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

    /// Messages that may wait for a member.
    const QUEUE: usize = 2;
    /// A room that waits for nobody is ready long before.
    const LONG: Duration = Duration::from_secs(5);

    #[test]
    fn a_message_waits_in_the_queue() {
        let mut room = Room::default();
        let ada = enter(&mut room, "Ada");
        let slow = broadcast(&mut room, QUEUE);
        expect("those too slow", &slow, &[], "there was room in the queue for two messages");
        expect("members", &members(&room), &["Ada"], "there was room in the queue, so Ada stays");
        let mistake = "both messages wait for Ada in the queue";
        expect("Ada received", &received(&ada), &["message 0", "message 1"], mistake);
    }

    #[test]
    fn a_full_queue_keeps_nobody_waiting() {
        let mut room = Room::default();
        let _phone = enter(&mut room, "phone");
        let slow = broadcast(&mut room, QUEUE + 1);
        expect("those too slow", &slow, &["phone"], "the phone is to be closed with 1013");
        expect("members", &members(&room), &[], "the phone is to be removed from the room");
        let back = enter(&mut room, "phone");
        let slow = broadcast(&mut room, QUEUE);
        let mistake = "the phone was removed, and has come back with a new connection";
        expect("those too slow", &slow, &[], mistake);
        expect("the phone received", &received(&back), &["message 0", "message 1"], mistake);
    }

    #[test]
    fn everyone_else_receives_the_message() {
        let mut room = Room::default();
        let ada = enter(&mut room, "Ada");
        let _phone = enter(&mut room, "phone");
        let zoe = enter(&mut room, "Zoe");
        let zoey = enter(&mut room, "zoey");
        broadcast(&mut room, QUEUE);
        for reader in [&ada, &zoe, &zoey] {
            received(reader);
        }
        let slow = broadcast(&mut room, 1);
        for (name, reader) in [("Ada", ada), ("Zoe", zoe), ("zoey", zoey)] {
            let whose = format!("{name} received");
            let mistake = "the phone's queue is full, and everyone else receives the message";
            expect(&whose, &received(&reader), &["message 0"], mistake);
        }
        expect("those too slow", &slow, &["phone"], "only the phone is too slow");
        let mistake = "only the phone is removed";
        expect("members", &members(&room), &["Ada", "Zoe", "zoey"], mistake);
    }

    #[test]
    fn everyone_who_is_too_slow_is_removed() {
        let mut room = Room::default();
        let _phones = ["phone 1", "phone 2", "phone 3"].map(|name| enter(&mut room, name));
        let slow = broadcast(&mut room, QUEUE + 1);
        let mistake = "three phones are too slow, and the same message finds them all";
        expect("those too slow", &slow, &["phone 1", "phone 2", "phone 3"], mistake);
        expect("members", &members(&room), &[], mistake);
    }

    #[test]
    fn a_member_who_reads_may_stay() {
        let mut room = Room::default();
        let ada = enter(&mut room, "Ada");
        for _ in 0..100 {
            let mistake = "Ada reads every message, so her queue is never full";
            expect("those too slow", &broadcast(&mut room, 1), &[], mistake);
            expect("Ada received", &received(&ada), &["message 0"], mistake);
        }
    }

    #[test]
    fn a_member_who_has_left_is_not_slow() {
        let mut room = Room::default();
        drop(enter(&mut room, "Grace"));
        let ada = enter(&mut room, "Ada");
        broadcast(&mut room, QUEUE);
        drop(ada);
        let _hedy = enter(&mut room, "Hedy");
        let slow = broadcast(&mut room, 1);
        let mistake = "Grace and Ada have left: there is no connection to close with 1013";
        expect("those too slow", &slow, &[], mistake);
        expect("members", &members(&room), &["Hedy"], "Grace and Ada have left the room");
    }

    #[test]
    fn a_full_queue_is_not_given_a_moment() {
        let mut room = Room::default();
        let phones: Vec<_> = (0..5000).map(|n| enter(&mut room, &format!("phone {n}"))).collect();
        let slow = broadcast(&mut room, QUEUE + 1);
        assert!(
            slow.len() == phones.len(),
            "5000 phones are too slow\n  yours:    {} names\n  expected: 5000 names",
            slow.len()
        );
    }

    fn enter(room: &mut Room, name: &str) -> Receiver<String> {
        let (sender, receiver) = sync_channel(QUEUE);
        room.members.insert(name.to_owned(), sender);
        receiver
    }

    /// Sends messages with your `broadcast`, and returns the names of those who were too slow.
    #[track_caller]
    fn broadcast(room: &mut Room, count: usize) -> Vec<String> {
        let (sender, done) = mpsc::channel();
        let mut working = std::mem::take(room);
        thread::spawn(move || {
            let mut slow = Vec::new();
            for number in 0..count {
                slow.extend(working.broadcast(&format!("message {number}")));
            }
            let _ = sender.send((working, slow));
        });
        match done.recv_timeout(LONG) {
            Ok((working, mut slow)) => {
                *room = working;
                slow.sort();
                slow
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {
                panic!("your `broadcast` waits for a member who reads nothing (F21)")
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => panic!("your `broadcast` panicked"),
        }
    }

    fn received(reader: &Receiver<String>) -> Vec<String> {
        reader.try_iter().collect()
    }

    fn members(room: &Room) -> Vec<String> {
        room.members.keys().cloned().collect()
    }

    #[track_caller]
    fn expect(what: &str, yours: &[String], expected: &[&str], mistake: &str) {
        assert!(
            yours == expected,
            "{mistake}\n  {what}\n  yours:    {yours:?}\n  expected: {expected:?}"
        );
    }
}

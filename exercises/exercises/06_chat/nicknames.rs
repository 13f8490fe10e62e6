//! # Repair this room: a name belongs to one at a time
//!
//! In the tutorials a name is a key in a dictionary. A second Ada takes the first one's place, and
//! what is meant for one goes to the other (fault F22). And when the first Ada's connection ends,
//! the room sees off "Ada", who is by now somebody else (F18).
//!
//! Repair `enter` and `leave`. A name that is taken is refused, unless it is the same page that
//! comes back: then it has the same session, and takes its place over. `enter` returns the number
//! of the connection, and `leave` must see off that connection only.
//!
//! Fails: a_name_that_is_taken_is_refused
//!   "the second Ada has taken the first one's place (F22)"
//! Fails: an_old_connection_sees_off_nobody_else
//!   "the old connection has seen off the new one"
//!
//! Chapter: book/src/06-chat.md#exercises

use std::collections::HashMap;

/// Somebody in the room.
struct Member {
    /// Which connection this is.
    number: u64,
    /// A secret of the page, by which it is known when it comes back.
    session: String,
}

/// That name belongs to somebody else.
#[derive(Debug, PartialEq, Eq)]
struct Taken;

/// A room.
#[derive(Default)]
struct Room {
    members: HashMap<String, Member>,
    next_number: u64,
}

impl Room {
    /// Lets somebody in, over a connection whose number is returned.
    fn enter(&mut self, name: &str, session: &str) -> Result<u64, Taken> {
        // TODO: is the name free?
        let number = self.next_number;
        self.next_number += 1;
        self.members.insert(name.to_owned(), Member { number, session: session.to_owned() });
        Ok(number)
    }

    /// The connection with this number has ended.
    fn leave(&mut self, name: &str, _number: u64) {
        // TODO: who has this name now?
        self.members.remove(name);
    }
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number_of(room: &Room, name: &str) -> Option<u64> {
        room.members.get(name).map(|member| member.number)
    }

    #[test]
    fn two_names_are_two_members() {
        let mut room = Room::default();
        let ada = room.enter("Ada", "secret 1");
        let grace = room.enter("Grace", "secret 2");
        assert_ne!(ada, grace, "each connection has a number of its own");
        assert_eq!(room.members.len(), 2, "both are in the room");
    }

    #[test]
    fn a_name_that_is_taken_is_refused() {
        let mut room = Room::default();
        let first = room.enter("Ada", "secret 1").ok();
        let second = room.enter("Ada", "secret 2");
        assert_eq!(second, Err(Taken), "the second Ada has taken the first one's place (F22)");
        assert_eq!(number_of(&room, "Ada"), first, "the first Ada stays where she was");
    }

    #[test]
    fn the_same_page_may_come_back() {
        let mut room = Room::default();
        let first = room.enter("Ada", "secret 1").ok();
        let back = room.enter("Ada", "secret 1").ok();
        assert!(back.is_some(), "the same session is the same page: let it in");
        assert_ne!(back, first, "another connection has another number");
        assert_eq!(number_of(&room, "Ada"), back, "the new connection is the one that counts");
    }

    #[test]
    fn who_leaves_is_gone() {
        let mut room = Room::default();
        let ada = room.enter("Ada", "secret 1").unwrap_or_default();
        room.leave("Ada", ada);
        assert!(room.members.is_empty(), "Ada has left");
        assert!(room.enter("Ada", "secret 2").is_ok(), "the name is free again");
    }

    #[test]
    fn an_old_connection_sees_off_nobody_else() {
        let mut room = Room::default();
        let old = room.enter("Ada", "secret 1").unwrap_or_default();
        let new = room.enter("Ada", "secret 1").ok();
        room.leave("Ada", old);
        assert_eq!(number_of(&room, "Ada"), new, "the old connection has seen off the new one");
    }
}

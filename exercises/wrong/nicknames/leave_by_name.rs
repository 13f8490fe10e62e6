//! Refuses a name that is taken, and sees off whoever has it.
//!
//! Fails: an_old_connection_sees_off_nobody_else
//!   "the old connection has seen off the new one"

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
        if self.members.get(name).is_some_and(|member| member.session != session) {
            return Err(Taken);
        }
        let number = self.next_number;
        self.next_number += 1;
        self.members.insert(name.to_owned(), Member { number, session: session.to_owned() });
        Ok(number)
    }

    /// The connection with this number has ended.
    fn leave(&mut self, name: &str, number: u64) {
        if number < self.next_number {
            self.members.remove(name);
        }
    }
}

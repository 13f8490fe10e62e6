//! Counts the members for a new number, which somebody may have by then.
//!
//! Fails: a_number_is_never_used_again
//!   "the number of this connection was another's"

use std::collections::HashMap;

/// A member of the room.
struct Member {
    /// The number of the member's connection.
    number: u64,
    /// A secret of the page: by this the room knows the page when it comes back.
    session: String,
}

/// The error for a name that belongs to somebody else.
#[derive(Debug, PartialEq, Eq)]
struct Taken;

/// A room.
#[derive(Default)]
struct Room {
    members: HashMap<String, Member>,
    next_number: u64,
}

impl Room {
    /// Lets somebody in, and returns the number of the connection.
    fn enter(&mut self, name: &str, session: &str) -> Result<u64, Taken> {
        if self.members.get(name).is_some_and(|member| member.session != session) {
            return Err(Taken);
        }
        let number = self.members.len() as u64;
        self.members.insert(name.to_owned(), Member { number, session: session.to_owned() });
        Ok(number)
    }

    /// The connection with this number has ended.
    fn leave(&mut self, name: &str, number: u64) {
        // The page may have come back with another connection before this one ended.
        if self.members.get(name).is_some_and(|member| member.number == number) {
            self.members.remove(name);
        }
    }
}

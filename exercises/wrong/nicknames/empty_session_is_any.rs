//! Takes a page without a session for any page.
//!
//! Fails: a_similar_session_is_another_page
//!   "Ada's session is "secret 1", and "" is another"

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
        if self
            .members
            .get(name)
            .is_some_and(|member| member.session != session && !session.is_empty())
        {
            return Err(Taken);
        }
        let number = self.next_number;
        self.next_number += 1;
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

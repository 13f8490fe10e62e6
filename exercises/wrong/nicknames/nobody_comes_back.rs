//! Refuses every name that is there, the one of a page that comes back among them.
//!
//! Fails: the_same_page_may_come_back
//!   "the same session is the same page: let it in"

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
        if self.members.contains_key(name) && !session.is_empty() {
            return Err(Taken);
        }
        let number = self.next_number;
        self.next_number += 1;
        self.members.insert(name.to_owned(), Member { number, session: session.to_owned() });
        Ok(number)
    }

    /// The connection with this number has ended.
    fn leave(&mut self, name: &str, number: u64) {
        // They may have come back over another one before we noticed that this one was gone.
        if self.members.get(name).is_some_and(|member| member.number == number) {
            self.members.remove(name);
        }
    }
}

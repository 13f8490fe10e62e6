//! # Repair this room: a name belongs to one at a time
//!
//! In this room a name is only a key in a map. A second Ada replaces the first one, and receives
//! the messages for her (fault F22). When the first Ada's connection ends, the room removes the
//! second one (F18).
//!
//! Repair `enter` and `leave`.
//!
//! - `enter` refuses a name that is taken, unless the same page comes back. Such a page has the
//!   same session, and its new connection replaces the old one.
//! - `enter` returns the number of the connection. No two connections of a room have the same
//!   number.
//! - `leave` removes the member only if the member has this connection. It may be called late, or
//!   twice.
//!
//! Fails: a_member_who_leaves_is_gone
//!   "Ada has left, and another Ada has the name by now"
//! Fails: a_name_that_is_taken_is_refused
//!   "the second Ada has taken the first one's place (F22)"
//! Fails: a_similar_session_is_another_page
//!   "Ada's session is "secret 1", and "secret" is another"
//! Fails: an_old_connection_removes_nobody_else
//!   "the end of the old connection has removed the new one (F18)"
//!
//! Chapter: book/src/06a-room.md#exercises

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
    use std::collections::BTreeMap;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn two_names_are_two_members() {
        let mut room = Room::default();
        let ada = room.enter("Ada", "secret 1");
        let grace = room.enter("Grace", "secret 2");
        assert!(
            ada.is_ok() && grace.is_ok(),
            "both names are free\n  yours:    {ada:?}, {grace:?}"
        );
        assert!(ada != grace, "two connections have two numbers\n  yours:    {ada:?}, {grace:?}");
        let expected = [("Ada", ada.ok()), ("Grace", grace.ok())];
        expect_members(&room, &expected, "both are in the room");
    }

    #[test]
    fn a_name_that_is_taken_is_refused() {
        let mut room = Room::default();
        let first = room.enter("Ada", "secret 1").ok();
        let mistake = "the second Ada has taken the first one's place (F22)";
        expect_refused(room.enter("Ada", "secret 2"), mistake);
        expect_members(&room, &[("Ada", first)], "the first Ada stays where she was");
    }

    #[test]
    fn a_similar_session_is_another_page() {
        let mut room = Room::default();
        let first = room.enter("Ada", "secret 1").ok();
        for session in ["secret", "secret 10", "secret 2", "Secret 1", " secret 1", ""] {
            let mistake = format!("Ada's session is \"secret 1\", and {session:?} is another");
            expect_refused(room.enter("Ada", session), &mistake);
        }
        expect_members(&room, &[("Ada", first)], "the first Ada stays where she was");
    }

    #[test]
    fn a_similar_name_is_another_name() {
        for other in ["Ad", "Adam", "Madam Ada"] {
            let mut room = Room::default();
            let ada = room.enter("Ada", "secret 1").ok();
            let yours = room.enter(other, "secret 2");
            let mistake = format!("{other:?} is free: Ada has another name");
            assert!(yours.is_ok(), "{mistake}\n  yours:    {yours:?}\n  expected: Ok(…)");
            let expected = BTreeMap::from([("Ada", ada), (other, yours.ok())]);
            expect_members(&room, &expected.into_iter().collect::<Vec<_>>(), &mistake);
        }
    }

    #[test]
    fn the_same_page_may_come_back() {
        let mut room = Room::default();
        let first = room.enter("Ada", "secret 1").ok();
        let grace = room.enter("Grace", "secret 2").ok();
        let back = room.enter("Ada", "secret 1").ok();
        assert!(back.is_some(), "the same session is the same page: let it in");
        assert!(back != first, "a page comes back with a new connection: it has a new number");
        let mistake = "Ada's new connection takes the place of the old one";
        expect_members(&room, &[("Ada", back), ("Grace", grace)], mistake);
    }

    #[test]
    fn a_member_who_leaves_is_gone() {
        let mut room = Room::default();
        let ada = enter(&mut room, "Ada", "secret 1");
        let grace = enter(&mut room, "Grace", "secret 2");
        leave(&mut room, "Ada", ada);
        expect_members(&room, &[("Grace", Some(grace))], "Ada has left, and Grace has not");
        let again = room.enter("Ada", "secret 3");
        assert!(again.is_ok(), "Ada has left: her name is free\n  yours:    {again:?}");
        let mistake = "Ada has left, and another Ada has the name by now";
        expect_refused(room.enter("Ada", "secret 1"), mistake);
    }

    #[test]
    fn an_old_connection_removes_nobody_else() {
        let mut room = Room::default();
        let old = enter(&mut room, "Ada", "secret 1");
        let new = enter(&mut room, "Ada", "secret 1");
        leave(&mut room, "Ada", old);
        let mistake = "the end of the old connection has removed the new one (F18)";
        expect_members(&room, &[("Ada", Some(new))], mistake);
        leave(&mut room, "Ada", new);
        expect_members(&room, &[], "both connections of Ada have ended");
        leave(&mut room, "Ada", old);
        leave(&mut room, "Grace", 7);
        expect_members(&room, &[], "nobody is there to leave");
    }

    #[test]
    fn a_number_is_never_used_again() {
        let mut room = Room::default();
        let mut numbers = Vec::new();
        for name in ["Ada", "Grace", "Hedy", "Ada", "Joan", "Mary"] {
            let number = enter(&mut room, name, "the session of this name");
            let mistake = "the number of this connection was another's";
            assert!(
                !numbers.contains(&number),
                "{mistake}\n  yours:    {number} for {name}, after {numbers:?}"
            );
            numbers.push(number);
            if ["Ada", "Hedy"].contains(&name) {
                leave(&mut room, name, number);
            }
        }
    }

    /// Enters with a name that is free, or with the same session as before.
    #[track_caller]
    fn enter(room: &mut Room, name: &str, session: &str) -> u64 {
        let yours = room.enter(name, session);
        let why = "the name is free, or the same page comes back";
        yours.unwrap_or_else(|_| panic!("{why}\n  yours:    Err(Taken)\n  expected: Ok(…)"))
    }

    #[track_caller]
    fn leave(room: &mut Room, name: &str, number: u64) {
        let left = catch_unwind(AssertUnwindSafe(|| room.leave(name, number)));
        assert!(left.is_ok(), "your `leave` panicked: {name}, with connection {number}, had left");
    }

    #[track_caller]
    fn expect_refused(yours: Result<u64, Taken>, mistake: &str) {
        assert!(yours == Err(Taken), "{mistake}\n  yours:    {yours:?}\n  expected: Err(Taken)");
    }

    /// Compares the members with these, each with the number of its connection.
    #[track_caller]
    fn expect_members(room: &Room, expected: &[(&str, Option<u64>)], mistake: &str) {
        let members = room.members.iter();
        let yours: BTreeMap<&str, Option<u64>> =
            members.map(|(name, member)| (name.as_str(), Some(member.number))).collect();
        let show = |members: BTreeMap<&str, Option<u64>>| {
            let member = |(name, number): (&str, Option<u64>)| match number {
                Some(number) => format!("{name} with connection {number}"),
                None => format!("{name} with a connection"),
            };
            let members: Vec<String> = members.into_iter().map(member).collect();
            if members.is_empty() { "nobody".to_owned() } else { members.join(", ") }
        };
        let expected: BTreeMap<&str, Option<u64>> = expected.iter().copied().collect();
        let (is_right, yours, expected) = (yours == expected, show(yours), show(expected));
        assert!(is_right, "{mistake}\n  members\n  yours:    {yours}\n  expected: {expected}");
    }
}

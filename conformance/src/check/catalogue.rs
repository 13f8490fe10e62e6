//! What a check is, and all that there are.

use super::{
    closing, compression, fragments, framing, handshake, headers, hostile, hostile_handshake, room,
    session::Session, tcp, unmasking, utf8,
};
use crate::check::record::Finding;

/// The levels, lowest first: what a server at this step of the staircase can do.
pub const LEVELS: [(u8, &str); 6] = [
    (1, "TCP"),
    (2, "the opening handshake"),
    (3, "unmasking and lengths"),
    (4, "framing"),
    (5, "a conforming echo"),
    (6, "the room"),
];

/// How a check comes out, unless it passes.
pub(super) enum Stop {
    /// The server did something that it should not have.
    Failed(Box<Finding>),
    /// What this check looks for could not be seen, and why.
    Unseen(String),
}

/// Passed, or how else it came out.
pub(super) type Judgement = Result<(), Stop>;

/// When a check is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    /// Together with others.
    Crowd,
    /// Alone, as it measures time or is hard on the server.
    Alone,
    /// After all others.
    Last,
}

/// One thing that is expected of a server.
#[derive(Clone, Copy)]
pub struct Check {
    /// Its name, which stays the same from version to version: `framing/minimal-length`.
    pub id: &'static str,
    /// The level that it belongs to, 1 to 6.
    pub level: u8,
    /// Where the standard says so.
    pub clause: &'static str,
    /// Whether it asks for more than the standard, and is only run if that is wanted.
    pub hostile: bool,
    /// The fault of popular tutorials that usually explains a failure, such as `F9`.
    pub fault: Option<&'static str>,
    /// What is expected, in one sentence.
    pub expected: &'static str,
    /// Where to look when it fails.
    pub hint: &'static str,
    pub(super) needs: &'static [&'static str],
    pub(super) turn: Turn,
    pub(super) run: fn(&Session) -> Judgement,
}

impl Check {
    /// A check of the level that its file is about. What must have passed before it is, unless it
    /// is said otherwise, the first thing that the level below can do.
    pub(super) const fn new(
        level: u8,
        id: &'static str,
        clause: &'static str,
        run: fn(&Session) -> Judgement,
    ) -> Self {
        let needs: &[&str] = match level {
            1 => &["tcp/accept"],
            2 => &["handshake/upgrade"],
            3 => &["unmasking/text"],
            4 | 5 => &["framing/echo"],
            _ => &["room/message"],
        };
        let (hostile, fault, expected, hint, turn) = (false, None, "", "", Turn::Crowd);
        Self { id, level, clause, hostile, fault, expected, hint, needs, turn, run }
    }

    pub(super) const fn expects(self, expected: &'static str) -> Self {
        Self { expected, ..self }
    }

    pub(super) const fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }

    pub(super) const fn fault(self, fault: &'static str) -> Self {
        Self { fault: Some(fault), ..self }
    }

    pub(super) const fn needs(self, needs: &'static [&'static str]) -> Self {
        Self { needs, ..self }
    }

    pub(super) const fn hostile(self) -> Self {
        Self { hostile: true, ..self }
    }

    pub(super) const fn turn(self, turn: Turn) -> Self {
        Self { turn, ..self }
    }
}

/// All checks, the lowest level first, and those that others need before them.
#[must_use]
pub fn all() -> Vec<Check> {
    let mut checks = [
        tcp::CHECKS,
        handshake::CHECKS,
        headers::CHECKS,
        hostile_handshake::CHECKS,
        unmasking::CHECKS,
        framing::CHECKS,
        fragments::CHECKS,
        utf8::CHECKS,
        closing::CHECKS,
        compression::CHECKS,
        hostile::CHECKS,
        room::CHECKS,
    ]
    .concat();
    checks.sort_by_key(|check| check.level);
    checks
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_check_has_a_name_of_its_own_and_says_what_it_expects() {
        let checks = all();
        let ids: HashSet<_> = checks.iter().map(|check| check.id).collect();
        assert_eq!(ids.len(), checks.len());
        for check in &checks {
            let (expected, hint) = (check.expected, check.hint);
            assert!(expected.ends_with('.') && hint.ends_with('.'), "{}", check.id);
            assert!(!check.clause.is_empty() && check.id.contains('/'), "{}", check.id);
        }
    }

    #[test]
    fn what_a_check_needs_is_run_before_it() {
        let checks = all();
        for (index, check) in checks.iter().enumerate() {
            let before = if check.turn == Turn::Crowd { &checks[..index] } else { &checks[..] };
            for id in check.needs {
                let needed = before.iter().find(|other| other.id == *id);
                let needed = needed.unwrap_or_else(|| panic!("{} needs {id}", check.id));
                assert_eq!(needed.turn, Turn::Crowd, "{} needs {id}", check.id);
            }
        }
    }
}

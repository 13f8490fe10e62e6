//! The definition of a check, and the levels that checks belong to.

use serde::Serialize;

use crate::checker::session::Session;
use crate::checker::wire::stop::Judgement;

/// The levels, lowest first: what a server at this step of the staircase can do.
pub const LEVELS: [(u8, &str); 6] = [
    (1, "TCP"),
    (2, "the opening handshake"),
    (3, "unmasking and lengths"),
    (4, "framing"),
    (5, "a conforming echo"),
    (6, "the room"),
];

/// When a check is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Turn {
    /// Together with others.
    Crowd,
    /// Alone, because it measures time or puts the server under load.
    Alone,
    /// After all others.
    Last,
}

/// The code of a check.
pub(crate) type Run = fn(&Session) -> Judgement;

/// One thing that is expected of a server.
#[derive(Clone, Copy, Serialize)]
pub struct Check {
    /// Its name, which stays the same from version to version: `framing/minimal-length`.
    pub id: &'static str,
    /// The level that it belongs to, 1 to 6.
    pub level: u8,
    /// The clause that demands it.
    pub clause: &'static str,
    /// Whether it asks for more than the standard, and is run only on request.
    pub hostile: bool,
    /// The common mistake that usually explains a failure, such as `F9`.
    pub fault: Option<&'static str>,
    /// What is expected, in one sentence.
    pub expected: &'static str,
    /// Where to look when it fails.
    pub hint: &'static str,
    /// The checks that must have passed before it.
    #[serde(skip)]
    pub(crate) needs: &'static [&'static str],
    #[serde(skip)]
    pub(crate) turn: Turn,
    #[serde(skip)]
    pub(crate) run: Run,
}

impl Check {
    /// A check of what the standard demands. Unless [`Self::needs`] says otherwise, it needs the
    /// first ability of the level below.
    pub(crate) const fn new(level: u8, id: &'static str, clause: &'static str, run: Run) -> Self {
        let needs: &[&str] = match level {
            1 => &["tcp/accept"],
            2 => &["handshake/upgrade"],
            3..=5 => &["unmasking/text"],
            _ => &["room/message"],
        };
        let (hostile, fault, expected, hint, turn) = (false, None, "", "", Turn::Crowd);
        Self { id, level, clause, hostile, fault, expected, hint, needs, turn, run }
    }

    /// A check of what a server should withstand, beyond the standard.
    pub(crate) const fn hostile(
        level: u8,
        id: &'static str,
        clause: &'static str,
        run: Run,
    ) -> Self {
        Self { hostile: true, ..Self::new(level, id, clause, run) }
    }

    pub(crate) const fn expects(self, expected: &'static str) -> Self {
        Self { expected, ..self }
    }

    pub(crate) const fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }

    pub(crate) const fn fault(self, fault: &'static str) -> Self {
        Self { fault: Some(fault), ..self }
    }

    pub(crate) const fn needs(self, needs: &'static [&'static str]) -> Self {
        Self { needs, ..self }
    }

    pub(crate) const fn turn(self, turn: Turn) -> Self {
        Self { turn, ..self }
    }
}

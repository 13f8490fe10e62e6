//! The definition of a check, and the levels that checks belong to.

use serde::Serialize;

use crate::checker::client::visit::Visit;
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

/// The code of a check of a server.
pub(crate) type Run = fn(&Session) -> Judgement;
/// The code of a check of a client.
pub(crate) type ClientRun = fn(&Visit) -> Judgement;

/// The code of a check.
#[derive(Clone, Copy)]
pub(crate) enum Code {
    Server(Run),
    Client(ClientRun),
}

/// One thing that is expected of a server or of a client.
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
    pub(crate) run: Code,
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
        Self::with_code(level, id, clause, Code::Server(run)).needs(needs)
    }

    /// A check of a client. Unless [`Self::needs`] says otherwise, it needs a connection that the
    /// client keeps open.
    pub(crate) const fn client(
        level: u8,
        id: &'static str,
        clause: &'static str,
        run: ClientRun,
    ) -> Self {
        Self::with_code(level, id, clause, Code::Client(run)).needs(&["client/opens"])
    }

    const fn with_code(level: u8, id: &'static str, clause: &'static str, run: Code) -> Self {
        let (hostile, fault, expected, hint, turn) = (false, None, "", "", Turn::Crowd);
        Self { id, level, clause, hostile, fault, expected, hint, needs: &[], turn, run }
    }

    /// The same check, only on request.
    pub(crate) const fn on_request(self) -> Self {
        Self { hostile: true, ..self }
    }

    /// A check of what a server should withstand, beyond the standard.
    pub(crate) const fn hostile(
        level: u8,
        id: &'static str,
        clause: &'static str,
        run: Run,
    ) -> Self {
        Self::new(level, id, clause, run).on_request()
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

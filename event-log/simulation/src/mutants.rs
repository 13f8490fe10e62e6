//! Mutants: copies of the log in which one line is wrong. The oracle must find each of them, or it
//! would not find such a fault in the log itself.

use crate::story::Rule;

/// One wrong line.
#[derive(Debug)]
pub struct Mutant {
    /// What is wrong.
    pub fault: &'static str,
    /// The rule that is broken then.
    pub rule: Rule,
    /// The file, in the folder of the log.
    pub file: &'static str,
    /// The right text, which occurs once in the file.
    pub right: &'static str,
    /// The wrong one.
    pub wrong: &'static str,
}

/// Creates a mutant from its rule, its fault, the file, and the right and the wrong text.
const fn mutant(
    rule: Rule,
    fault: &'static str,
    file: &'static str,
    right: &'static str,
    wrong: &'static str,
) -> Mutant {
    Mutant { fault, rule, file, right, wrong }
}

/// All mutants: at least one for each rule.
pub const MUTANTS: &[Mutant] = &[
    mutant(
        Rule::NothingLost,
        "messages are not sent again after a lost connection",
        "src/process/outbox.rs",
        "self.unsent = 0;",
        "",
    ),
    mutant(
        Rule::NothingLost,
        "entries that Redis has lost are not given back",
        "src/process/link.rs",
        "let rest = core.agreed.lost_after(base).into();",
        "let rest = VecDeque::new();",
    ),
    mutant(
        Rule::NothingLost,
        "no gap is announced",
        "src/agreed/history.rs",
        "id < self.dropped_upto(topic) || is_before_the_log",
        "false && is_before_the_log",
    ),
    // ANCHOR: mutant
    mutant(
        Rule::NothingTwice,
        "a message that is sent again is a new one",
        "src/agreed/sum.rs",
        "if is_known {",
        "if false {",
    ),
    // ANCHOR_END: mutant
    mutant(
        Rule::NothingTwice,
        "a reader gets everything from the beginning after each pause",
        "src/process/cursor.rs",
        "self.after = events.last().map_or(self.after, |event| event.id);",
        "",
    ),
    mutant(
        Rule::NothingTwice,
        "the server ignores what a reader who comes back has seen",
        "simulation/src/service.rs",
        "Cursor::of_reader(process, &connection.room, after)",
        "{ let _ = after; Cursor::of_newcomer(process, &connection.room, NEWCOMER) }",
    ),
    mutant(
        Rule::OneOrder,
        "what Redis has lost is appended again instead of given back",
        "src/process/link.rs",
        "} else if newest > base {",
        "} else if newest >= base {",
    ),
    mutant(
        Rule::NothingLost,
        "live messages overtake those that are still being read",
        "simulation/src/service.rs",
        "if !self.connections[index].is_live {",
        "if false {",
    ),
    mutant(
        Rule::GapsAreTrue,
        "every reader receives a gap",
        "src/process/cursor.rs",
        "self.is_lost || history",
        "self.announced_upto == EventId::default() || self.is_lost || history",
    ),
    mutant(
        Rule::OneHolder,
        "a name is given to everybody who asks",
        "src/agreed/names.rs",
        "if !held.has_seats() || is_same_visitor || held.has(seat) {",
        "if !held.has_seats() || is_same_visitor || held.has(seat) || !is_present {",
    ),
    mutant(
        Rule::HolderStays,
        "a session is not recognised",
        "src/agreed/names.rs",
        "let is_same_visitor = !session.is_empty() && held.session == *session;",
        "let is_same_visitor = false;",
    ),
    mutant(
        Rule::AliveIsAlive,
        "a process is given up after two answers",
        "src/process/lives.rs",
        "const UNCHANGED_MAX: u32 = 6;",
        "const UNCHANGED_MAX: u32 = 2;",
    ),
    mutant(
        Rule::AliveIsAlive,
        "a late command gives up a process that is back",
        "simulation/src/redis.rs",
        "silent.iter().any(|(process, beat)| {",
        "silent.iter().take(0).any(|(process, beat)| {",
    ),
    mutant(
        Rule::FreeInTime,
        "seats are not given back",
        "src/process/seats.rs",
        "let Had { room, name, .. } = &**had?;",
        "let Had { room, name, .. } = &**had.filter(|_| false)?;",
    ),
    mutant(
        Rule::FreeInTime,
        "a dead process keeps its names",
        "src/process/lives.rs",
        "gone.push((process.clone(), beat.unwrap_or_default()));",
        "",
    ),
    mutant(
        Rule::NoGhosts,
        "a process that has stopped keeps its names",
        "src/agreed/names.rs",
        "if self.leave(&room, &name, is_of_process) && outcome.rooms.last() != Some(&room) {",
        "if false && self.leave(&room, &name, is_of_process) {",
    ),
    mutant(
        Rule::LeftIsTrue,
        "a name goes when one of its seats goes",
        "src/agreed/names.rs",
        "if held.has_seats() {",
        "if false {",
    ),
    mutant(
        Rule::SameEverywhere,
        "a process that starts loses what came between a snapshot and its entry",
        "src/agreed/sum.rs",
        "for Entry { id, record, .. } in after {",
        "for Entry { id, record, .. } in after.iter().skip(after.len()) {",
    ),
    mutant(
        Rule::SameEverywhere,
        "entries are appended to a log that has lost others",
        "simulation/src/redis.rs",
        "if self.newest() < after =>",
        "if self.newest() < after && false =>",
    ),
    mutant(
        Rule::VotesCount,
        "a vote that is sent again counts again",
        "src/agreed/sum.rs",
        "if self.counted.id_of(fingerprint).is_none() {",
        "if true {",
    ),
    mutant(
        Rule::VotesCount,
        "counts are not part of a snapshot",
        "src/agreed/sum.rs",
        "counts: self.counts.clone(),",
        "counts: Counts::new(),",
    ),
    mutant(
        Rule::WaitsEnd,
        "nobody is let in while Redis is away",
        "src/process/link.rs",
        "self.is_synced && !self.outage.is_shared()",
        "false && self.is_synced",
    ),
    mutant(
        Rule::Bounded,
        "a deadline that has passed stays",
        "src/process/link.rs",
        "*until = until.filter(|until| now < *until);",
        "if until.is_some_and(|until| now >= until) && self.lives.are_all_back() { *until = None; }",
    ),
    mutant(
        Rule::ToldOnce,
        "each attempt to connect is a problem",
        "src/process/outage.rs",
        "self.is_problem_told = true;",
        "",
    ),
    mutant(
        Rule::ToldOnce,
        "a connection that was closed is an outage",
        "src/process/outage.rs",
        "const GRACE: Duration = Duration::from_secs(1);",
        "const GRACE: Duration = Duration::ZERO;",
    ),
    mutant(
        Rule::CleanStop,
        "a process ends before its messages are stored",
        "src/process/core.rs",
        "self.farewell == Turn::Done && self.outbox.is_empty()",
        "true || self.farewell == Turn::Done",
    ),
];

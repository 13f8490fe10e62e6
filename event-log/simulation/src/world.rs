//! Everything that a run moves, and the queue of what happens next.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use event_log::EventId;
use event_log::agreed::entry::ProcessId;
use event_log::process::command::{Command, Lane, Reply};
use event_log::process::process::{Now, Process};

use crate::people::{Ballot, Connection, Facts, Frame, Probe, Window};
use crate::plan::{Fault, Plan};
use crate::random::Random;
use crate::redis::Redis;
use crate::story::Story;
use crate::time::{BEGAN, LEASE, MILLISECOND, SECOND, Time};

/// The topic of the votes.
pub(crate) const VOTE: &str = "vote";

/// Something that happens at a certain time.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A command arrives at Redis.
    Arrives {
        /// The connection that carries it.
        from: Wire,
        /// The command.
        command: Command,
    },
    /// Redis has held a read for as long as it may.
    BlockEnds {
        /// The connection.
        from: Wire,
    },
    /// An answer arrives at a process.
    Answers {
        /// The connection that carries it.
        to: Wire,
        /// The answer.
        reply: Reply,
        /// When Redis gave it.
        given_at: Time,
    },
    /// A process has asked to be moved on at this time.
    Wakes {
        /// The process.
        slot: usize,
    },
    /// A process goes on after a stall.
    GoesOn {
        /// The process.
        slot: usize,
    },
    /// A connection of a client reaches a process.
    Opens(usize),
    /// A client has waited long enough to be let in.
    GivesUp(usize),
    /// A process notices that a client is gone.
    Noticed(usize),
    /// A reader takes the next piece of what was missed.
    Reads(usize),
    /// A message of a client arrives at its process: the connection and the key.
    Says(usize, String),
    /// Something arrives at a client.
    Shows(usize, Frame),
    /// A window tries to come back.
    Returns(usize),
    /// Somebody does something.
    Acts,
    /// An unanswered vote is sent, or sent again.
    Votes(usize),
    /// A fault begins.
    Begins(Fault),
    /// Redis answers again.
    RedisUp {
        /// Which of its troubles has ended.
        trouble: u64,
    },
    /// A process is started.
    Starts {
        /// The process.
        slot: usize,
    },
    /// Redis saves its state, and the replica catches up.
    Saves,
    /// A process that stops cleanly has had enough time.
    StopEnds {
        /// The process, and which of its starts.
        slot: usize,
        /// The start.
        incarnation: u32,
        /// After how long the next one is started.
        time: Time,
    },
}

/// One of the three connections of a process with Redis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wire {
    /// The process.
    pub(crate) slot: usize,
    /// Counts all connections that were ever opened.
    pub(crate) epoch: u64,
    /// Which of the three.
    pub(crate) lane: Lane,
}

/// A process, its driver, and what the oracle knows of it.
pub(crate) struct Node {
    /// The process, unless it is not running.
    pub(crate) process: Option<Process>,
    /// How often it was started.
    pub(crate) incarnation: u32,
    /// Its name in the story.
    pub(crate) name: String,
    /// When it was started.
    pub(crate) began: Time,
    /// How far its clock is ahead, in milliseconds. 5,000 is right.
    pub(crate) clock: u64,
    /// Until when it does nothing.
    pub(crate) stalled_until: Time,
    /// What has happened to it meanwhile.
    pub(crate) deferred: Vec<Event>,
    /// Until when nothing comes through between it and Redis.
    pub(crate) cut_until: Time,
    /// Whether what is under way arrives after that.
    pub(crate) arrives_late: bool,
    /// Its present connection with Redis.
    pub(crate) epoch: u64,
    /// Commands without an answer so far.
    pub(crate) awaited: BTreeSet<Lane>,
    /// When the last command of each lane arrives.
    pub(crate) sent_upto: BTreeMap<Lane, Time>,
    /// When the last answer of each lane arrives.
    pub(crate) answered_upto: BTreeMap<Lane, Time>,
    /// When it is moved on next.
    pub(crate) wakes_at: Option<Time>,
    /// Wake-ups at the same time, to notice a process that spins.
    pub(crate) spins: (Time, u32),
    /// Whether it is being stopped, and after how long the next one is started.
    pub(crate) stops: Option<Time>,
    /// Each attempt, by its number.
    pub(crate) attempts: BTreeMap<u64, usize>,
    /// How far each room's live members have been told.
    pub(crate) live_upto: BTreeMap<Arc<str>, EventId>,
    /// When its last sign of life was carried out.
    pub(crate) beat_at: Time,
    /// Times in which it gave no sign of life for longer than the lease.
    pub(crate) silences: Vec<(Time, Time)>,
    /// The time up to which it knows the log: when Redis gave the answer that it has read last.
    pub(crate) read_at: Time,
    /// When it has read that answer.
    pub(crate) answered_at: Time,
    /// Whether its users were told that it is connected.
    pub(crate) told_shared: bool,
    /// Whether it reads the log from its beginning. Until its end, it shows what it knew before.
    pub(crate) is_loading: bool,
    /// When it was connected first, or 0.
    pub(crate) first_shared_at: Time,
    /// Problems told since.
    pub(crate) problems: u32,
    /// The keys of all that it has accepted.
    pub(crate) accepted: Vec<String>,
    /// The names under which the log has known it.
    pub(crate) ids: BTreeSet<ProcessId>,
}

/// A time at which Redis forgot entries.
#[derive(Debug)]
pub(crate) struct Loss {
    /// When.
    pub(crate) at: Time,
    /// The keys and ids of the events.
    pub(crate) keys: BTreeMap<String, EventId>,
    /// How far each process had read.
    pub(crate) knew: Vec<(usize, u32, EventId)>,
}

/// Everything that a run moves.
pub(crate) struct World {
    /// The time.
    pub(crate) now: Time,
    /// The sizes of this run.
    pub(crate) plan: Plan,
    /// The source of chance.
    pub(crate) random: Random,
    /// What happens.
    pub(crate) story: Story,
    /// Redis.
    pub(crate) redis: Redis,
    /// The wires that Redis knows.
    pub(crate) wires: BTreeSet<Wire>,
    /// Commands that Redis has not carried out, because it hangs.
    pub(crate) hung: Vec<(Wire, Command)>,
    /// Reads that wait for an entry, and after which one.
    pub(crate) blocked: Vec<(Wire, EventId)>,
    /// The processes.
    pub(crate) nodes: Vec<Node>,
    /// The windows.
    pub(crate) windows: Vec<Window>,
    /// All connections of clients that there ever were.
    pub(crate) connections: Vec<Connection>,
    /// All votes.
    pub(crate) ballots: Vec<Ballot>,
    /// What is known of messages and votes.
    pub(crate) facts: Facts,
    /// What Redis forgot.
    pub(crate) losses: Vec<Loss>,
    /// Until when something is wrong.
    pub(crate) trouble_until: Time,
    /// The same, without connections that were merely closed.
    pub(crate) outage_until: Time,
    /// When connections were closed last.
    pub(crate) dropped_at: Time,
    /// When connections were closed before that.
    pub(crate) dropped_before: Time,
    /// Since when Redis has not answered, or has refused writes.
    pub(crate) redis_unwell_since: Time,
    /// The time when the first of the entries was appended that the next reports follow from.
    pub(crate) cause: Time,
    /// The strangers who want free names at the end.
    pub(crate) probes: Vec<Probe>,
    /// Since when Redis answers and takes writes.
    pub(crate) redis_well_since: Time,
    /// When Redis did not answer, or refused writes.
    pub(crate) unwell: Vec<(Time, Time)>,
    /// Numbers the troubles of Redis: only the end of the last one ends it.
    pub(crate) trouble: u64,
    /// Whether people have stopped acting.
    pub(crate) is_over: bool,
    next_epoch: u64,
    next_key: u64,
    queue: BTreeMap<(Time, u64), Event>,
    next_event: u64,
}

impl World {
    /// Returns the world of a seed, before anything has happened.
    pub(crate) fn new(seed: u64, is_told: bool) -> Self {
        let mut random = Random::new(seed);
        let plan = Plan::new(&mut random);
        Self {
            now: 0,
            redis: Redis::new(plan.keeps),
            plan,
            random,
            story: Story { is_told, ..Story::default() },
            wires: BTreeSet::new(),
            hung: Vec::new(),
            blocked: Vec::new(),
            nodes: Vec::new(),
            windows: Vec::new(),
            connections: Vec::new(),
            ballots: Vec::new(),
            facts: Facts::new(),
            losses: Vec::new(),
            trouble_until: 0,
            outage_until: 0,
            dropped_at: 0,
            dropped_before: 0,
            redis_unwell_since: 0,
            cause: 0,
            probes: Vec::new(),
            redis_well_since: 0,
            unwell: Vec::new(),
            trouble: 0,
            is_over: false,
            next_epoch: 1,
            next_key: 0,
            queue: BTreeMap::new(),
            next_event: 0,
        }
    }

    /// Lets something happen at a time, after everything else that happens then.
    pub(crate) fn at(&mut self, time: Time, event: Event) {
        self.next_event += 1;
        self.queue.insert((time.max(self.now), self.next_event), event);
    }

    /// Lets something happen after a time.
    pub(crate) fn after(&mut self, time: Time, event: Event) {
        self.at(self.now + time, event);
    }

    /// Takes the next event, and sets the clock. Returns `None` if nothing happens until `end`.
    pub(crate) fn next(&mut self, end: Time) -> Option<Event> {
        let (time, _) = *self.queue.first_key_value()?.0;
        if time > end {
            return None;
        }
        self.now = time;
        self.queue.pop_first().map(|(_, event)| event)
    }

    /// Returns a number that no connection with Redis has had.
    pub(crate) fn new_epoch(&mut self) -> u64 {
        self.next_epoch += 1;
        self.next_epoch
    }

    /// Returns a new key.
    pub(crate) fn new_key(&mut self, of: &str) -> String {
        self.next_key += 1;
        format!("{of}{}", self.next_key)
    }

    /// Returns the time as a process sees it.
    pub(crate) fn now_of(&self, slot: usize) -> Now {
        let node = &self.nodes[slot];
        Now {
            elapsed: Duration::from_micros(self.now - node.began),
            unix_milliseconds: (BEGAN + self.now / MILLISECOND + node.clock).saturating_sub(5_000),
        }
    }

    /// Notes that something is wrong until then. `is_outage` if more than a closed connection.
    pub(crate) fn trouble(&mut self, until: Time, is_outage: bool) {
        self.trouble_until = self.trouble_until.max(until);
        if is_outage {
            self.outage_until = self.outage_until.max(until);
        }
    }

    /// Whether a connection of a client works, from one end to the other.
    pub(crate) fn is_connected(&self, connection: &Connection) -> bool {
        let node = &self.nodes[connection.slot];
        !connection.is_broken
            && node.process.is_some()
            && node.incarnation == connection.incarnation
            && connection.ended_at.is_none()
    }

    /// Whether a process gave no sign of life for longer than the lease, at some time since then.
    pub(crate) fn was_silent(&self, slot: usize, since: Time) -> bool {
        let node = &self.nodes[slot];
        let is_silent = self.well_since(node.beat_at) >= LEASE;
        is_silent || node.silences.iter().any(|(_, end)| *end >= since)
    }

    /// Returns for how much of the time since then Redis has answered and has taken writes.
    pub(crate) fn well_since(&self, since: Time) -> Time {
        let unwell = self.unwell.iter().map(|(from, to)| {
            let (from, to) = (*from.max(&since), *to.min(&self.now));
            to.saturating_sub(from)
        });
        self.now.saturating_sub(since).saturating_sub(unwell.sum())
    }

    /// A client's way to a process takes this long.
    pub(crate) fn way(&mut self) -> Time {
        self.random.between(1, 30) * MILLISECOND
    }

    /// The pause of a page before it tries again.
    pub(crate) fn page_pause(&mut self) -> Time {
        if self.random.percent(50) {
            self.random.between(50, 500) * MILLISECOND
        } else {
            self.random.between(500, 2_000) * MILLISECOND
        }
    }

    /// The longest time that anybody waits to be let in.
    pub(crate) const PATIENCE: Time = 8 * SECOND;
}

//! What carries commands to Redis and answers back: slow, in order on each wire, and not reliable.

use event_log::agreed::entry::{NameChange, Record};
use event_log::process::command::{Addition, BLOCK, Command, Lane, Reply};

use crate::people::Connection;
use crate::redis::{Execution, Health};
use crate::story::Rule;
use crate::time::{LEASE, MILLISECOND, Time};
use crate::world::{Event, Wire, World};

/// Additions in one command, at most: names, events and a snapshot.
const ADDITIONS_MAX: usize = 1_100;

impl World {
    /// Sends a command of a process to Redis.
    pub(crate) fn send(&mut self, slot: usize, lane: Lane, command: Command) {
        if command == Command::Disconnect {
            self.nodes[slot].epoch = self.new_epoch();
            self.nodes[slot].awaited.clear();
            let name = &self.nodes[slot].name;
            self.story.tell(self.now, format_args!("{name} gives its connections to Redis up"));
            return;
        }
        let is_free = self.nodes[slot].awaited.insert(lane);
        if !is_free {
            let what = format!("{} sends two commands on one lane", self.nodes[slot].name);
            self.story.broken(Rule::Bounded, self.now, what);
        }
        if let Command::Append { additions, .. } = &command
            && additions.len() > ADDITIONS_MAX
        {
            let what = format!("{} appends {} at once", self.nodes[slot].name, additions.len());
            self.story.broken(Rule::Bounded, self.now, what);
        }
        let from = Wire { slot, epoch: self.nodes[slot].epoch, lane };
        let way = self.way_to_redis();
        let node = &self.nodes[slot];
        let upto = node.sent_upto.get(&lane).copied().unwrap_or_default();
        let Some(time) = self.through(slot, (self.now + way).max(upto)) else { return };
        self.nodes[slot].sent_upto.insert(lane, time);
        self.at(time, Event::Arrives { from, command });
    }

    fn way_to_redis(&mut self) -> Time {
        self.random.between(100, self.plan.delay)
    }

    /// Returns when something arrives that would arrive at `time`, or `None` if it never does.
    fn through(&self, slot: usize, time: Time) -> Option<Time> {
        let node = &self.nodes[slot];
        if self.now >= node.cut_until {
            return Some(time);
        }
        node.arrives_late.then(|| time.max(node.cut_until + MILLISECOND))
    }

    /// A command arrives at Redis.
    pub(crate) fn arrives(&mut self, from: Wire, command: Command) {
        let is_open = command == Command::Connect || self.wires.contains(&from);
        match self.redis.health {
            Health::Down => self.answer(from, Reply::Lost("connection refused".to_owned())),
            _ if !is_open => self.answer(from, Reply::Lost("connection closed".to_owned())),
            Health::Hangs => self.hung.push((from, command)),
            Health::Up => {
                let is_given_up = self.nodes[from.slot].epoch != from.epoch;
                // What was under way on a connection that was given up may or may not arrive.
                if is_given_up && self.random.percent(30) {
                    return;
                }
                if is_given_up {
                    self.story.count("commands carried out too late");
                }
                self.carry_out(from, command);
            }
        }
    }

    /// Redis carries a command out.
    pub(crate) fn carry_out(&mut self, from: Wire, command: Command) {
        if command == Command::Connect {
            for lane in [Lane::Reader, Lane::Writer, Lane::Pulse] {
                self.wires.insert(Wire { lane, ..from });
            }
        }
        self.note_command(from, &command);
        match self.redis.execute(command, self.now) {
            Execution::Answer(reply) => self.answer(from, reply),
            Execution::Blocks(after) => {
                self.blocked.push((from, after));
                let block = Time::try_from(BLOCK.as_micros()).unwrap_or_default();
                self.after(block, Event::BlockEnds { from });
            }
        }
        self.serve_blocked();
    }

    fn serve_blocked(&mut self) {
        let (ready, blocked): (Vec<_>, Vec<_>) = std::mem::take(&mut self.blocked)
            .into_iter()
            .partition(|(_, after)| self.redis.data.last > *after);
        self.blocked = blocked;
        for (from, after) in ready {
            let entries = self.redis.read(after);
            self.answer(from, Reply::Entries(entries));
        }
    }

    /// Redis has held a read for long enough.
    pub(crate) fn block_ends(&mut self, from: Wire) {
        if self.redis.health == Health::Hangs {
            self.after(100 * MILLISECOND, Event::BlockEnds { from });
        } else if let Some(place) = self.blocked.iter().position(|(wire, _)| *wire == from) {
            self.blocked.remove(place);
            self.answer(from, Reply::Entries(Vec::new()));
        }
    }

    /// Sends an answer to a process.
    pub(crate) fn answer(&mut self, to: Wire, reply: Reply) {
        if self.nodes[to.slot].epoch != to.epoch {
            return;
        }
        let way = self.way_to_redis();
        let upto = self.nodes[to.slot].answered_upto.get(&to.lane).copied().unwrap_or_default();
        let Some(time) = self.through(to.slot, (self.now + way).max(upto)) else { return };
        self.nodes[to.slot].answered_upto.insert(to.lane, time);
        let given_at = self.now;
        self.at(time, Event::Answers { to, reply, given_at });
    }

    /// Redis closes these connections. A process that waits for an answer there notices it at once.
    pub(crate) fn close_wires(&mut self, is_closed: impl Fn(&Wire) -> bool) {
        let closed: Vec<Wire> = self.wires.iter().copied().filter(|wire| is_closed(wire)).collect();
        for wire in closed {
            self.wires.remove(&wire);
            self.blocked.retain(|(other, _)| *other != wire);
            self.hung.retain(|(other, _)| *other != wire);
            let node = &self.nodes[wire.slot];
            if node.epoch == wire.epoch && node.awaited.contains(&wire.lane) {
                self.answer(wire, Reply::Lost("connection closed".to_owned()));
            }
        }
    }

    /// What the oracle notes when Redis carries out a command.
    fn note_command(&mut self, from: Wire, command: &Command) {
        if self.redis.refuses.is_some() {
            return;
        }
        match command {
            Command::Pulse { process, .. } => {
                let is_silence = self.well_since(self.nodes[from.slot].beat_at) >= LEASE;
                let node = &mut self.nodes[from.slot];
                if node.ids.contains(process) {
                    if is_silence {
                        node.silences.push((node.beat_at, self.now));
                    }
                    node.beat_at = self.now;
                }
            }
            Command::Restore { after, entries } if *after <= self.redis.newest() => {
                self.story.count("restores");
                let name = &self.nodes[from.slot].name;
                self.story.tell(
                    self.now,
                    format_args!("{name} gives {} entries back to Redis", entries.len()),
                );
            }
            Command::Append { after, silent, additions }
                if *after <= self.redis.newest() && !self.redis.is_alive(silent) =>
            {
                for addition in additions {
                    self.note_addition(from.slot, addition);
                }
            }
            _ => {}
        }
    }

    fn note_addition(&mut self, slot: usize, addition: &Addition) {
        let name = self.nodes[slot].name.clone();
        match addition {
            Addition::Snapshot(snapshot) => {
                self.story.count("snapshots");
                let upto = snapshot.upto;
                self.story.tell(self.now, format_args!("{name} appends: a snapshot up to {upto}"));
            }
            Addition::Record(Record::Names(NameChange::Gone { process })) => {
                self.story.tell(self.now, format_args!("{name} appends: {process} is gone"));
                self.given_up(slot, process);
            }
            Addition::Record(Record::Names(change)) => {
                self.story.tell(self.now, format_args!("{name} appends: {}", line_of(change)));
                if let NameChange::Seat { seat, is_present: true, .. } = change {
                    let incarnation = self.nodes[slot].incarnation;
                    let of_seat = |it: &&mut Connection| {
                        (it.slot, it.incarnation, it.number)
                            == (slot, incarnation, Some(seat.number))
                    };
                    if let Some(connection) = self.connections.iter_mut().find(of_seat) {
                        connection.present_at.get_or_insert(self.now);
                    }
                }
            }
            Addition::Record(Record::Event(draft)) => {
                self.story.tell(self.now, format_args!("{name} appends: {}", draft.key));
                if let Some(fact) = self.facts.get_mut(&*draft.key) {
                    fact.appended_at.get_or_insert(self.now);
                }
            }
        }
    }

    /// One process has told the log that another one is gone.
    fn given_up(&mut self, by: usize, process: &str) {
        let Some(slot) = self
            .nodes
            .iter()
            .position(|node| node.process.as_ref().is_some_and(|it| **it.id() == *process))
        else {
            return;
        };
        if slot == by {
            return;
        }
        self.story.count("processes taken for dead");
        let silence = self.well_since(self.nodes[slot].beat_at);
        // Answers may overtake each other by as much as one takes.
        if silence + self.plan.delay < LEASE {
            let what = format!(
                "{} says that {} is gone, which gave a sign of life {} ms ago",
                self.nodes[by].name,
                self.nodes[slot].name,
                silence / MILLISECOND
            );
            self.story.broken(Rule::AliveIsAlive, self.now, what);
        }
        // Exception 1: a process that is cut off for longer than the lease loses the names that
        // others take meanwhile.
        let incarnation = self.nodes[slot].incarnation;
        for connection in &mut self.connections {
            if (connection.slot, connection.incarnation) == (slot, incarnation)
                && connection.ended_at.is_none()
            {
                connection.given_up_as = Some(process.into());
            }
        }
    }
}

fn line_of(change: &NameChange) -> String {
    match change {
        NameChange::Seat { room, name, seat, is_present, .. } => {
            let what = if *is_present { "is present" } else { "is claimed" };
            format!("{name} in {room} {what} ({} {})", seat.process, seat.number)
        }
        NameChange::Leave { room, name, seat } => {
            format!("{name} in {room} is given back ({} {})", seat.process, seat.number)
        }
        NameChange::Gone { process } => format!("{process} is gone"),
    }
}

//! What a server does around its process: it moves the process on, lets people in, and sends them
//! what is new. It is the simulated counterpart of the tokio driver and of the chat's rooms.

use std::collections::BTreeSet;
use std::sync::Arc;

use event_log::EventId;
use event_log::agreed::entry::Seat;
use event_log::agreed::fingerprint::Fingerprint;
use event_log::process::command::{Lane, Reply};
use event_log::process::core::{News, Outcome};
use event_log::process::cursor::Cursor;

use crate::people::{Frame, State};
use crate::story::Rule;
use crate::time::{MILLISECOND, SECOND, Time};
use crate::world::{Event, Wire, World};

/// Messages that a newcomer receives. The chat sends 50.
pub(crate) const NEWCOMER: usize = 5;
/// Events that a reader takes at a time.
const PIECE: usize = 3;
/// How many unnecessary wake-ups are allowed at one time.
const SPINS_MAX: u32 = 100;

impl World {
    /// Carries out what a process wants, tells its people the news, and sets its timer.
    pub(crate) fn pump(&mut self, slot: usize) {
        loop {
            let Some(process) = &mut self.nodes[slot].process else { return };
            if let Some((lane, command)) = process.command() {
                self.send(slot, lane, command);
            } else if let Some(news) = process.news() {
                self.hear(slot, news);
            } else {
                break;
            }
        }
        let now = self.now;
        let node = &mut self.nodes[slot];
        let Some(process) = &node.process else { return };
        node.ids.insert(Arc::clone(process.id()));
        if let Some(deadline) = process.deadline() {
            let time = node.began + Time::try_from(deadline.as_micros()).unwrap_or_default();
            let time = time.max(now);
            if node.wakes_at.is_none_or(|at| time < at || at < now) {
                node.wakes_at = Some(time);
                self.at(time, Event::Wakes { slot });
            }
        }
        self.answer_votes(slot);
        self.end_stop(slot);
    }

    /// The timer of a process has run out.
    pub(crate) fn wakes(&mut self, slot: usize) {
        let now = self.now_of(slot);
        let node = &mut self.nodes[slot];
        if node.wakes_at == Some(self.now) {
            node.wakes_at = None;
        }
        let Some(process) = &mut node.process else { return };
        let spins = if node.spins.0 == self.now { node.spins.1 + 1 } else { 0 };
        node.spins = (self.now, spins);
        if spins > SPINS_MAX {
            if spins == SPINS_MAX + 1 {
                let what = format!("{} asks to be moved on again and again", node.name);
                self.story.broken(Rule::Bounded, self.now, what);
            }
            return;
        }
        process.advance(now);
        self.pump(slot);
    }

    /// An answer of Redis arrives at a process.
    pub(crate) fn answers(&mut self, to: Wire, reply: Reply, given_at: Time) {
        if self.nodes[to.slot].epoch != to.epoch {
            return;
        }
        let now = self.now_of(to.slot);
        let node = &mut self.nodes[to.slot];
        node.awaited.remove(&to.lane);
        let Some(process) = &mut node.process else { return };
        if let Reply::Lost(problem) = &reply {
            self.story.tell(self.now, format_args!("{} learns: {problem}", node.name));
        }
        let is_entries = matches!(&reply, Reply::Entries(entries) if !entries.is_empty());
        let is_all = matches!(&reply, Reply::Entries(_));
        let before = process.agreed().position();
        process.reply(to.lane, reply, now);
        let after = process.agreed().position();
        if is_all && process.is_shared() {
            (node.read_at, node.answered_at) = (given_at, self.now);
        }
        if is_all && !is_entries {
            node.is_loading = false;
        }
        if after < before {
            node.is_loading = true;
            self.story.count("logs read again");
        }
        self.story_of_read(to.slot, before, after);
        self.cause_at(before);
        self.pump(to.slot);
        if is_entries && to.lane == Lane::Reader {
            self.compare_processes(to.slot);
        }
    }

    fn story_of_read(&mut self, slot: usize, before: EventId, after: EventId) {
        if before != after {
            let name = &self.nodes[slot].name;
            self.story.tell(self.now, format_args!("{name} has read up to {after}"));
        }
    }

    /// A process has news.
    fn hear(&mut self, slot: usize, news: News) {
        match news {
            News::Topic(topic) => self.tell_topic(slot, &topic),
            News::Room(room) => self.tell_room(slot, &room),
            News::Seat(number, outcome) => self.tell_seat(slot, number, outcome),
            News::Shared(is_shared) => {
                let name = &self.nodes[slot].name;
                let what = if is_shared { "connected with the others" } else { "cut off" };
                self.story.tell(self.now, format_args!("{name} is {what}"));
                self.judge_shared(slot, is_shared);
            }
            News::Problem(problem) => {
                let name = &self.nodes[slot].name;
                self.story.tell(self.now, format_args!("{name}: {problem}"));
                self.judge_problem(slot, &problem);
            }
        }
    }

    /// A client's connection has reached its process.
    pub(crate) fn opens(&mut self, index: usize) {
        let connection = &self.connections[index];
        let (slot, is_broken) = (connection.slot, connection.is_broken);
        let is_there = self.nodes[slot].process.is_some()
            && self.nodes[slot].incarnation == connection.incarnation
            && self.nodes[slot].stops.is_none();
        if is_broken || !is_there {
            self.connections[index].ended_at = Some(self.now);
            self.connections[index].state = State::Ended;
            self.show(index, Frame::Closed(1006));
            return;
        }
        let now = self.now_of(slot);
        let Some(process) = &mut self.nodes[slot].process else { return };
        let connection = &mut self.connections[index];
        connection.began = self.now;
        let entered = process.enter(&connection.room, &connection.name, &connection.session, now);
        self.story.tell(
            self.now,
            format_args!(
                "{} wants to be {} in {} at {} (connection {index}, {})",
                window_name(connection.window),
                connection.name,
                connection.room,
                self.nodes[slot].name,
                if connection.session.is_empty() { "no session" } else { &connection.session },
            ),
        );
        match entered {
            Ok(number) => {
                connection.number = Some(number);
                connection.state = State::Attempt;
                self.nodes[slot].attempts.insert(number, index);
                self.after(Self::PATIENCE, Event::GivesUp(index));
            }
            Err(error) => {
                let what = format!("{error}");
                self.story.broken(Rule::WaitsEnd, self.now, what);
            }
        }
        self.pump(slot);
    }

    fn tell_seat(&mut self, slot: usize, number: u64, outcome: Outcome) {
        let Some(index) = self.nodes[slot].attempts.get(&number).copied() else {
            let mut probes = self.probes.iter_mut();
            if let Some(probe) = probes.find(|probe| probe.attempt == (slot, number)) {
                probe.outcome = Some(outcome);
            }
            return;
        };
        let connection = &self.connections[index];
        let (name, room) = (connection.name.clone(), connection.room.clone());
        let node = self.nodes[slot].name.clone();
        match outcome {
            Outcome::Admitted => {
                self.story.tell(
                    self.now,
                    format_args!("{node} lets {name} into {room} (connection {index})"),
                );
                self.admit(slot, index);
            }
            Outcome::Refused(_) => {
                self.story.count("conflicts of names");
                self.judge_refusal(index);
                self.close_client(index, 1008);
            }
            Outcome::Replaced | Outcome::Taken => {
                self.story.count("members replaced");
                self.judge_replacement(index);
                self.close_client(index, 1008);
            }
        }
    }

    fn admit(&mut self, slot: usize, index: usize) {
        let Some(process) = &self.nodes[slot].process else { return };
        let connection = &mut self.connections[index];
        connection.state = State::Admitted;
        connection.admitted_at = Some(self.now);
        connection.is_provisional = !process.is_shared();
        if connection.is_provisional {
            self.story.count("members let in while Redis was away");
        }
        connection.cursor = Some(match connection.after {
            Some(after) => Cursor::of_reader(process, &connection.room, after),
            None => Cursor::of_newcomer(process, &connection.room, NEWCOMER),
        });
        connection.told = process.here(&connection.room);
        let here = connection.told.clone();
        self.story.tell(self.now, format_args!("here are {here:?}"));
        let after = connection.cursor.as_ref().map(Cursor::after).unwrap_or_default();
        self.judge_holder(index);
        self.show(index, Frame::Welcome(here, after));
        self.at(self.now, Event::Reads(index));
    }

    /// A reader takes the next piece.
    pub(crate) fn reads(&mut self, index: usize) {
        let slot = self.connections[index].slot;
        if self.connections[index].state != State::Admitted
            || self.connections[index].is_live
            || !self.is_connected(&self.connections[index])
        {
            return;
        }
        let Some(process) = &self.nodes[slot].process else { return };
        let Some(cursor) = &mut self.connections[index].cursor else { return };
        let missed = cursor.read(process, PIECE);
        if missed.is_gap {
            self.show(index, Frame::Gap);
        }
        for event in &missed.events {
            self.show(index, Frame::Message(event.id, event.key.to_string()));
        }
        if missed.events.is_empty() {
            self.connections[index].is_live = true;
        } else {
            let pause = if self.connections[index].is_slow {
                self.random.between(50, 400) * MILLISECOND
            } else {
                MILLISECOND
            };
            self.after(pause, Event::Reads(index));
        }
    }

    /// A topic has new events.
    fn tell_topic(&mut self, slot: usize, topic: &Arc<str>) {
        let upto = self.nodes[slot].live_upto.get(topic).copied().unwrap_or_default();
        let Some(process) = &self.nodes[slot].process else { return };
        let events = process.after(topic, upto, usize::MAX);
        let Some(last) = events.last() else { return };
        let last = last.id;
        for index in self.members(slot, topic) {
            if !self.connections[index].is_live {
                continue;
            }
            let Some(process) = &self.nodes[slot].process else { return };
            let Some(cursor) = &mut self.connections[index].cursor else { continue };
            if cursor.clone().read(process, 0).is_gap {
                // It goes back to reading, which announces the gap.
                self.connections[index].is_live = false;
                self.at(self.now, Event::Reads(index));
                continue;
            }
            let new: Vec<_> = events.iter().filter(|event| cursor.accept(event.id)).collect();
            for event in new {
                self.show(index, Frame::Message(event.id, event.key.to_string()));
            }
        }
        self.nodes[slot].live_upto.insert(Arc::clone(topic), last);
    }

    /// Returns the connections that are in a room at a process.
    fn members(&self, slot: usize, room: &str) -> Vec<usize> {
        let attempts = self.nodes[slot].attempts.values().copied();
        let is_member = |index: &usize| {
            let connection = &self.connections[*index];
            connection.state == State::Admitted && connection.room == room
        };
        attempts.filter(is_member).collect()
    }

    /// Somebody has joined a room, or has left it.
    fn tell_room(&mut self, slot: usize, room: &Arc<str>) {
        let Some(process) = &self.nodes[slot].process else { return };
        let here = process.here(room);
        for index in self.members(slot, room) {
            let told = std::mem::replace(&mut self.connections[index].told, here.clone());
            let joined: Vec<Arc<str>> = here.difference(&told).cloned().collect();
            let left: Vec<Arc<str>> = told.difference(&here).cloned().collect();
            let name = &self.nodes[slot].name;
            self.story.tell(
                self.now,
                format_args!("{name} tells connection {index}: joined {joined:?}, left {left:?}"),
            );
            if !joined.is_empty() {
                self.show(index, Frame::Joined(joined));
            }
            if !left.is_empty() {
                self.judge_left(slot, index, &left);
                self.show(index, Frame::Left(left));
            }
        }
    }

    /// A message of a client has arrived.
    pub(crate) fn says(&mut self, index: usize, key: &str) {
        let connection = &self.connections[index];
        let slot = connection.slot;
        if connection.state != State::Admitted || connection.ended_at.is_some() {
            return;
        }
        let Some(fact) = self.facts.get(key) else { return };
        let draft = fact.draft(key);
        let now = self.now_of(slot);
        let Some(process) = &mut self.nodes[slot].process else { return };
        match process.append(draft, now) {
            Ok(Some(id)) => {
                let connection = &self.connections[index];
                let is_read = connection.cursor.as_ref().is_some_and(|cursor| id <= cursor.after());
                if is_read {
                    self.show(index, Frame::Sent(key.to_owned()));
                }
            }
            Ok(None) => self.nodes[slot].accepted.push(key.to_owned()),
            Err(_) => self.story.count("messages refused because too many wait"),
        }
        self.pump(slot);
    }

    /// A vote is sent to some process, or sent again.
    pub(crate) fn votes(&mut self, index: usize) {
        let ballot = &self.ballots[index];
        if ballot.is_answered {
            return;
        }
        let is_on_its_way = ballot.asked.is_some_and(|(slot, incarnation)| {
            self.nodes[slot].incarnation == incarnation && self.nodes[slot].process.is_some()
        });
        self.after(3 * SECOND, Event::Votes(index));
        if is_on_its_way && self.random.percent(50) {
            return;
        }
        let slot = self.random.index(self.nodes.len());
        let now = self.now_of(slot);
        if self.now < self.nodes[slot].stalled_until || self.nodes[slot].stops.is_some() {
            return;
        }
        let key = self.ballots[index].key.clone();
        let Some(draft) = self.facts.get(&key).map(|fact| fact.draft(&key)) else { return };
        let Some(process) = &mut self.nodes[slot].process else { return };
        if process.append(draft, now).is_ok() {
            self.ballots[index].asked = Some((slot, self.nodes[slot].incarnation));
            self.nodes[slot].accepted.push(key);
        }
        self.pump(slot);
    }

    /// Answers the votes that are in the log now.
    fn answer_votes(&mut self, slot: usize) {
        let incarnation = self.nodes[slot].incarnation;
        let Some(process) = &self.nodes[slot].process else { return };
        for ballot in &mut self.ballots {
            if ballot.is_answered || ballot.asked != Some((slot, incarnation)) {
                continue;
            }
            let Some(fact) = self.facts.get_mut(&ballot.key) else { continue };
            if let Some(id) = process.agreed().id_of(Fingerprint::of(&fact.draft(&ballot.key))) {
                ballot.is_answered = true;
                self.story.count("votes answered");
                self.story.tell(self.now, format_args!("{} is answered", ballot.key));
                fact.confirmed_at.get_or_insert(self.now);
                fact.ids.insert(id);
            }
        }
    }

    /// A client has waited for long enough to be let in.
    pub(crate) fn gives_up(&mut self, index: usize) {
        let connection = &self.connections[index];
        if connection.state == State::Attempt && self.is_connected(connection) {
            self.story.count("waits that were given up");
            self.judge_wait(index);
            self.close_client(index, 1013);
            self.pump(self.connections[index].slot);
        }
    }

    /// A process notices that a client is gone.
    pub(crate) fn notices(&mut self, index: usize) {
        if self.connections[index].number.is_some() && self.is_at_its_process(index) {
            self.give_back(index);
            self.pump(self.connections[index].slot);
        }
    }

    fn is_at_its_process(&self, index: usize) -> bool {
        let connection = &self.connections[index];
        let node = &self.nodes[connection.slot];
        connection.ended_at.is_none()
            && node.process.is_some()
            && node.incarnation == connection.incarnation
    }

    /// Ends the connection of a client.
    fn close_client(&mut self, index: usize, code: u16) {
        self.show(index, Frame::Closed(code));
        self.give_back(index);
    }

    fn give_back(&mut self, index: usize) {
        let connection = &mut self.connections[index];
        let slot = connection.slot;
        connection.state = State::Ended;
        connection.ended_at = Some(self.now);
        let now = self.now_of(slot);
        let Some(number) = self.connections[index].number else { return };
        self.cause = self.nodes[slot].read_at.saturating_sub(2 * self.plan.delay);
        let node = &mut self.nodes[slot];
        node.attempts.remove(&number);
        if let Some(process) = &mut node.process {
            process.leave(number, now);
        }
    }

    /// Sends a frame to a client. It arrives in order, unless the connection breaks.
    pub(crate) fn show(&mut self, index: usize, frame: Frame) {
        let way = self.way();
        let connection = &mut self.connections[index];
        connection.sent_upto = connection.sent_upto.max(self.now + way);
        let time = connection.sent_upto;
        self.at(time, Event::Shows(index, frame));
    }

    /// Begins a clean stop: the clients' connections are closed, and the names given back.
    pub(crate) fn stop(&mut self, slot: usize, time: Time) {
        let indexes: Vec<usize> = self.nodes[slot].attempts.values().copied().collect();
        for index in indexes {
            self.show(index, Frame::Closed(1001));
            self.connections[index].state = State::Ended;
            self.connections[index].ended_at = Some(self.now);
        }
        self.nodes[slot].attempts.clear();
        self.nodes[slot].stops = Some(time);
        let now = self.now_of(slot);
        if let Some(process) = &mut self.nodes[slot].process {
            process.close(now);
        }
        let incarnation = self.nodes[slot].incarnation;
        self.after(5 * SECOND, Event::StopEnds { slot, incarnation, time });
        self.pump(slot);
    }

    /// Ends a process that has given back everything.
    fn end_stop(&mut self, slot: usize) {
        let node = &self.nodes[slot];
        if let Some(time) = node.stops
            && node.process.as_ref().is_some_and(event_log::process::process::Process::is_closed)
        {
            self.judge_stop(slot);
            self.end_process(slot, time);
        }
    }

    /// A process is no longer there. Another one is started in its place.
    pub(crate) fn end_process(&mut self, slot: usize, time: Time) {
        let epoch = self.new_epoch();
        let node = &mut self.nodes[slot];
        node.process = None;
        node.stops = None;
        node.epoch = epoch;
        node.awaited.clear();
        node.deferred.clear();
        node.wakes_at = None;
        node.attempts.clear();
        node.live_upto.clear();
        let incarnation = node.incarnation;
        for index in 0..self.connections.len() {
            let connection = &mut self.connections[index];
            if (connection.slot, connection.incarnation) == (slot, incarnation)
                && connection.ended_at.is_none()
            {
                connection.state = State::Ended;
                connection.ended_at = Some(self.now);
                self.show(index, Frame::Closed(1006));
            }
        }
        self.after(time, Event::Starts { slot });
    }

    /// Returns the seat of a connection.
    pub(crate) fn seat_of(&self, index: usize) -> Option<Seat> {
        let connection = &self.connections[index];
        let process = self.nodes[connection.slot].process.as_ref()?;
        Some(Seat { process: Arc::clone(process.id()), number: connection.number? })
    }

    /// Returns the members of a room who are really there.
    pub(crate) fn really_here(&self, room: &str) -> BTreeSet<Arc<str>> {
        let is_here = |connection: &&crate::people::Connection| {
            connection.room == room
                && connection.state == State::Admitted
                && self.is_connected(connection)
        };
        let here = self.connections.iter().filter(is_here);
        here.map(|connection| connection.name.as_str().into()).collect()
    }
}

/// The name of a window in the story.
pub(crate) fn window_name(window: usize) -> String {
    format!("window {window}")
}

//! The oracle: it judges whether the promises of the log were kept.
//!
//! # Exceptions
//!
//! No protocol can keep all promises under all faults. These are the exceptions, and each has
//! a function here:
//!
//! 1. [`World::was_given_up`]: a process gives no sign of life for longer than the lease, while Redis
//!    answers others. Others take the names of its members, who may be told so late, and may lose
//!    them.
//! 2. [`World::is_unproven`]: somebody is let in while their process is cut off, because the log knew
//!    their session for the name. What the log says later may contradict.
//! 3. [`World::was_left_behind`]: Redis loses entries, and a process that knew them is away for
//!    longer than the lease. The others go on without them: its messages come later in the order,
//!    and under new ids; its members may lose their names.
//! 4. [`World::is_lost_for_good`]: Redis loses an entry, and every process that knew it has ended, or
//!    was away as in 3.
//! 5. [`World::cannot_know`]: a process that is cut off shows what it knows. It does not know who came
//!    to another process since.
//! 6. [`World::was_overtaken`]: Redis loses entries, and a process that is new, and cannot know who
//!    else there is, comes back before one that knew them.
//! 7. [`World::went_on_elsewhere`]: a visitor goes on in another connection, and leaves there. The
//!    process of the older connection is cut off, and closes it only when it knows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use event_log::EventId;
use event_log::agreed::entry::{NameChange, Record};
use event_log::agreed::fingerprint::Fingerprint;
use event_log::process::core::Outcome;
use event_log::process::process::Process;

use crate::people::{Connection, Page, Probe, State, Visit};
use crate::redis::Health;
use crate::service::window_name;
use crate::story::Rule;
use crate::time::{MILLISECOND, SECOND, Time};
use crate::world::{Node, VOTE, World};

/// After everything is well again, this long may pass until everything is as it should be.
const RECOVERY: Time = 6 * SECOND;
/// An outage of Redis that is this long must have been told.
const NOTICED: Time = 4_500 * MILLISECOND;

impl World {
    // ---- The exceptions --------------------------------------------------------------------------

    /// Exception 1: others have rightly taken the process of this member for dead, and the member
    /// has not got the name again since.
    fn was_given_up(&self, index: usize) -> bool {
        let connection = &self.connections[index];
        let Some(given_up_as) = &connection.given_up_as else { return false };
        let process = self.nodes[connection.slot].process.as_ref();
        let is_back = process.is_some_and(|process| process.id() != given_up_as);
        !(is_back && self.has_seat(index))
    }

    /// Exception 2: this member was let in while Redis was away, and the log does not know yet.
    fn is_unproven(&self, index: usize) -> bool {
        self.connections[index].is_provisional && !self.has_seat(index)
    }

    /// Exception 3: Redis has lost what the process of this member knew, and it was away for longer
    /// than the lease.
    fn was_left_behind(&self, index: usize) -> bool {
        let connection = &self.connections[index];
        let began = connection.admitted_at.unwrap_or(connection.began);
        self.losses.iter().any(|loss| loss.at >= began && self.was_silent(connection.slot, loss.at))
    }

    /// Exception 6: Redis has lost everything, and a process that has never been connected before has
    /// let somebody in before the process of this member was back.
    fn was_overtaken(&self, index: usize, by: usize) -> bool {
        let (node, newer) =
            (&self.nodes[self.connections[index].slot], &self.nodes[self.connections[by].slot]);
        self.losses.iter().any(|loss| {
            loss.at >= self.connections[index].began
                && node.beat_at < loss.at
                && newer.first_shared_at > loss.at
        })
    }

    /// Exception 5: this process is cut off, and the member came to another one since.
    fn cannot_know(&self, slot: usize, index: usize) -> bool {
        let node = &self.nodes[slot];
        let it = &self.connections[index];
        let is_cut_off = node.process.as_ref().is_some_and(|process| !process.is_shared());
        is_cut_off && it.slot != slot && it.began + SECOND > node.read_at
    }

    /// Exception 3, for a message or a vote.
    fn is_out_of_order(&self, key: &str) -> bool {
        self.losses.iter().any(|loss| {
            let Some(id) = loss.keys.get(key) else { return false };
            let knew = loss.knew.iter().filter(|(.., position)| position >= id);
            knew.clone().any(|(slot, incarnation, _)| {
                self.nodes[*slot].incarnation == *incarnation && self.was_silent(*slot, loss.at)
            })
        })
    }

    /// Exception 4: nobody who knew this message or vote can give it back.
    fn is_lost_for_good(&self, key: &str) -> bool {
        self.losses.iter().any(|loss| {
            let Some(id) = loss.keys.get(key) else { return false };
            let mut knew = loss.knew.iter().filter(|(.., position)| position >= id);
            knew.all(|(slot, incarnation, _)| {
                self.nodes[*slot].incarnation != *incarnation || self.was_silent(*slot, loss.at)
            })
        })
    }

    /// Exception 7: the visitor was in with another connection since, and the process of this one,
    /// which is cut off or stalls, cannot know it yet.
    fn went_on_elsewhere(&self, index: usize) -> bool {
        let connection = &self.connections[index];
        let Node { read_at, answered_at, .. } = self.nodes[connection.slot];
        self.others(index).any(|other| {
            self.is_same_visitor(index, other)
                && self.connections[other].present_at.is_some_and(|at| {
                    // It has read so just now, and closes the connection next.
                    let is_just_known = answered_at == self.now;
                    Some(at) > connection.present_at
                        && (is_just_known || read_at <= at + 4 * self.plan.delay)
                })
        })
    }

    fn is_excused(&self, index: usize) -> bool {
        self.was_given_up(index) || self.is_unproven(index) || self.was_left_behind(index)
    }

    fn has_seat(&self, index: usize) -> bool {
        let connection = &self.connections[index];
        let Some(process) = &self.nodes[connection.slot].process else { return false };
        let seat = self.seat_of(index);
        seat.is_some() && process.present(&connection.room, &connection.name) == seat.as_ref()
    }

    // ---- Names -----------------------------------------------------------------------------------

    /// Returns the other connections that are about the same name.
    fn others(&self, index: usize) -> impl Iterator<Item = usize> {
        let connection = &self.connections[index];
        (0..self.connections.len()).filter(move |other| {
            let it = &self.connections[*other];
            *other != index
                && it.number.is_some()
                && it.room == connection.room
                && it.name == connection.name
        })
    }

    fn is_same_visitor(&self, one: usize, other: usize) -> bool {
        let session = &self.connections[one].session;
        !session.is_empty() && *session == self.connections[other].session
    }

    /// A visitor was admitted: no other connection may hold the name.
    pub(crate) fn judge_holder(&mut self, index: usize) {
        let read_at = self.nodes[self.connections[index].slot].read_at;
        let is_unproven = self.is_unproven(index);
        let rival = self.others(index).find(|other| {
            let it = &self.connections[*other];
            it.state == State::Admitted
                && self.is_connected(it)
                && !self.is_same_visitor(index, *other)
                && !self.is_excused(*other)
                && !self.was_left_behind(index)
                && !self.was_overtaken(*other, index)
                && !self.went_on_elsewhere(*other)
                // Somebody who was let in elsewhere since this process has read the log, or of whom the
                // log has known since then.
                && !(is_unproven
                    && it.present_at.max(it.admitted_at).unwrap_or(it.began) + SECOND > read_at)
        });
        if let Some(rival) = rival {
            let what = format!(
                "connection {index} is let in as {}, but connection {rival} of another visitor has that name",
                self.connections[index].name
            );
            self.story.broken(Rule::OneHolder, self.now, what);
        }
    }

    /// Somebody was refused: the name must be somebody else's.
    pub(crate) fn judge_refusal(&mut self, index: usize) {
        let own = self.others(index).find(|other| {
            let it = &self.connections[*other];
            self.is_same_visitor(index, *other)
                && it.state == State::Admitted
                && self.is_connected(it)
                && it.admitted_at.is_some_and(|at| at < self.connections[index].began)
                && !self.is_excused(*other)
                && !self.went_on_elsewhere(*other)
        });
        if let Some(own) = own {
            let what = format!(
                "connection {index} is refused, but its visitor has the name with connection {own}"
            );
            self.story.broken(Rule::HolderStays, self.now, what);
        }
        let has_rival = self.others(index).any(|other| {
            let it = &self.connections[other];
            let ended = it.ended_at.unwrap_or(self.now).max(self.trouble_until);
            !self.is_same_visitor(index, other) && self.now.saturating_sub(ended) <= RECOVERY
        });
        if !has_rival {
            let what = format!("connection {index} is refused, but nobody else has the name");
            self.story.broken(Rule::FreeInTime, self.now, what);
        }
    }

    /// A member was told that their name continues in another connection: it must be so.
    pub(crate) fn judge_replacement(&mut self, index: usize) {
        let Connection { began, admitted_at, .. } = self.connections[index];
        // Of two that come at the same time, either may be the later one.
        let at_once = 4 * self.plan.delay + 100 * MILLISECOND;
        let goes_on = self.others(index).any(|other| {
            let it = &self.connections[other];
            self.is_same_visitor(index, other)
                && it.admitted_at.is_some()
                && (it.began + at_once >= began
                    || it.admitted_at.map(|at| at + at_once) >= admitted_at
                    || it.is_provisional)
        });
        if !goes_on && !self.is_excused(index) {
            let what = format!(
                "connection {index} is closed, but its visitor {} has no other connection",
                self.connections[index].name
            );
            self.story.broken(Rule::HolderStays, self.now, what);
        }
    }

    /// Somebody has waited in vain.
    pub(crate) fn judge_wait(&mut self, index: usize) {
        let connection = &self.connections[index];
        let node = &self.nodes[connection.slot];
        let well_since = (self.trouble_until + 2 * SECOND).max(node.began + 3 * SECOND);
        if well_since < connection.began {
            let what = format!("connection {index} gets no answer, although nothing is broken");
            self.story.broken(Rule::WaitsEnd, self.now, what);
        }
        let known_since = self.others(index).filter(|other| {
            let it = &self.connections[*other];
            let admitted_at = it.admitted_at.unwrap_or(Time::MAX);
            self.is_same_visitor(index, *other)
                && admitted_at.saturating_add(SECOND) < node.read_at
                && !it.is_provisional
                && self.losses.iter().all(|loss| loss.at < admitted_at)
        });
        let known_since = known_since.map(|other| self.connections[other].began).max();
        let is_known = known_since.is_some_and(|since| {
            !self.others(index).any(|other| {
                let ended = self.connections[other].ended_at.unwrap_or(Time::MAX);
                !self.is_same_visitor(index, other) && ended >= since
            })
        });
        // A process that is connected again has asked the log, which answers soon.
        let is_cut_off = node.process.as_ref().is_some_and(|process| !process.is_shared());
        if is_known && is_cut_off {
            let what = format!("connection {index} gets no answer, although its session is known");
            self.story.broken(Rule::WaitsEnd, self.now, what);
        }
    }

    /// Notes when the first entry after this one was appended, because the next reports follow from
    /// it.
    pub(crate) fn cause_at(&mut self, before: EventId) {
        let mut entries = self.redis.data.entries.iter();
        let first = entries.find(|(entry, _)| entry.id > before).map(|(_, at)| *at);
        let long_ago = self.now.saturating_sub(SECOND);
        self.cause =
            if before == EventId::default() { long_ago } else { first.unwrap_or(long_ago) };
    }

    /// These members were reported as left to a client.
    pub(crate) fn judge_left(&mut self, slot: usize, index: usize, names: &[Arc<str>]) {
        let room = self.connections[index].room.clone();
        for name in names {
            let still = (0..self.connections.len()).find(|other| {
                let it = &self.connections[*other];
                it.room == room
                    && *it.name == **name
                    && it.state == State::Admitted
                    && self.is_connected(it)
                    && it.present_at.is_some_and(|at| at < self.cause)
                    && !self.is_excused(*other)
                    && !self.cannot_know(slot, *other)
                    && !self.went_on_elsewhere(*other)
            });
            if let Some(still) = still {
                let what = format!(
                    "{} reports that {name} has left {room}, but connection {still} is in it",
                    self.nodes[slot].name
                );
                self.story.broken(Rule::LeftIsTrue, self.now, what);
            }
        }
    }

    // ---- Messages --------------------------------------------------------------------------------

    /// A message arrives at a window.
    pub(crate) fn judge_received(&mut self, window: usize, id: EventId, key: &str) {
        let visit = &self.windows[window].visit;
        let is_twice = visit.seen.contains(key);
        let is_behind = visit.last.is_some_and(|last| id <= last)
            && !visit.gaps.contains(&visit.received.len());
        let is_excused = self.is_out_of_order(key);
        if is_excused && (is_twice || is_behind) {
            self.story.count("messages twice or out of order, by exception");
        } else if is_twice {
            let what = format!("{} receives {key} again", window_name(window));
            self.story.broken(Rule::NothingTwice, self.now, what);
        } else if is_behind {
            let what = format!("{} receives {key} after a newer message", window_name(window));
            self.story.broken(Rule::OneOrder, self.now, what);
        }
    }

    /// Judges what a visitor has received, from the first message to the last.
    fn judge_visit(&mut self, window: usize, visit: &Visit, room: &str, is_in: bool) {
        let mut faults = Vec::new();
        let in_room = || self.facts.iter().filter(|(_, fact)| fact.topic == room);
        for (key, fact) in in_room() {
            let is_confirmed = fact.confirmed_at.is_some();
            if !is_confirmed || visit.seen.contains(key) {
                continue;
            }
            let mut ids = fact.ids.clone();
            let fingerprint = Fingerprint::of(&fact.draft(key));
            for node in &self.nodes {
                let process = node.process.as_ref();
                ids.extend(process.and_then(|process| process.agreed().id_of(fingerprint)));
            }
            let place = visit.received.partition_point(|(id, _)| ids.iter().all(|own| id < own));
            let is_between = place > 0 && place < visit.received.len();
            let came_later = is_in
                && visit
                    .welcomed_at
                    .is_some_and(|at| fact.appended_at.is_some_and(|added| added > at));
            let is_gap = visit.gaps.iter().any(|gap| {
                let before = gap.checked_sub(1).and_then(|last| visit.received.get(last));
                let next = visit.received.get(*gap);
                ids.iter().any(|id| {
                    before.is_none_or(|(before, _)| before < id)
                        && next.is_none_or(|(next, _)| id < next)
                })
            });
            if (is_between || came_later)
                && !is_gap
                && !self.is_out_of_order(key)
                && !self.is_lost_for_good(key)
            {
                faults.push(format!("{} never receives {key} ({ids:?})", window_name(window)));
            }
        }
        for what in faults {
            self.story.broken(Rule::NothingLost, self.now, what);
        }
    }

    // ---- The link --------------------------------------------------------------------------------

    /// A process reported to its users whether it is connected.
    pub(crate) fn judge_shared(&mut self, slot: usize, is_shared: bool) {
        let node = &mut self.nodes[slot];
        if node.told_shared == is_shared {
            let what = format!(
                "{} reports twice in a row that it is connected, or that it is not",
                node.name
            );
            self.story.broken(Rule::ToldOnce, self.now, what);
        }
        node.told_shared = is_shared;
        if is_shared {
            if node.first_shared_at == 0 {
                node.first_shared_at = self.now;
            }
            node.problems = 0;
            return;
        }
        self.story.count("outages told");
        let is_quick = self.plan.delay <= 40 * MILLISECOND;
        let is_one_drop = self.dropped_before + 3 * SECOND < self.dropped_at;
        if is_quick && is_one_drop && self.outage_until + RECOVERY < self.now {
            let what = format!("{} reports an outage, but there is none", self.nodes[slot].name);
            self.story.broken(Rule::ToldOnce, self.now, what);
        }
    }

    /// A process reported a problem to its operator.
    pub(crate) fn judge_problem(&mut self, slot: usize, problem: &str) {
        let node = &mut self.nodes[slot];
        node.problems += 1;
        if node.problems > 1 {
            let what = format!("{} reports the same outage again: {problem}", node.name);
            self.story.broken(Rule::ToldOnce, self.now, what);
        }
    }

    /// Redis comes back after this long: all processes must have noticed that it was away.
    pub(crate) fn judge_noticed(&mut self) {
        let is_well = self.redis.health == Health::Up && self.redis.refuses.is_none();
        if is_well || self.now.saturating_sub(self.redis_unwell_since) < NOTICED {
            return;
        }
        for slot in 0..self.nodes.len() {
            let node = &self.nodes[slot];
            let is_idle =
                self.now < node.stalled_until + NOTICED || self.now < node.began + NOTICED;
            if node.process.as_ref().is_some_and(Process::is_shared) && !is_idle {
                let what = format!("{} has not noticed that Redis is away", node.name);
                self.story.broken(Rule::ToldOnce, self.now, what);
            }
        }
    }

    /// A process has been stopped cleanly, and says that it has given back everything.
    pub(crate) fn judge_stop(&mut self, slot: usize) {
        let entries = || self.redis.data.entries.iter().map(|(entry, _)| entry);
        let node = &self.nodes[slot];
        let mut faults = Vec::new();
        if self.plan.keeps.is_none() {
            let stored: BTreeSet<&str> = entries()
                .filter_map(|entry| match &entry.record {
                    Some(Record::Event(draft)) => Some(&*draft.key),
                    _ => None,
                })
                .collect();
            let lost = node.accepted.iter().filter(|key| !stored.contains(key.as_str()));
            let lost =
                lost.filter(|key| self.losses.iter().all(|loss| !loss.keys.contains_key(*key)));
            faults.extend(lost.map(|key| format!("{} ends without storing {key}", node.name)));
        }
        for id in &node.ids {
            let mut seats = BTreeSet::new();
            for entry in entries() {
                match &entry.record {
                    Some(Record::Names(NameChange::Seat { seat, .. })) if seat.process == *id => {
                        seats.insert(seat.number);
                    }
                    Some(Record::Names(NameChange::Leave { seat, .. })) if seat.process == *id => {
                        seats.remove(&seat.number);
                    }
                    Some(Record::Names(NameChange::Gone { process })) if process == id => {
                        seats.clear();
                        break;
                    }
                    _ => {}
                }
            }
            // Redis may have lost the entry a moment ago. The others notice that the member is not
            // present.
            let has_lost = self.losses.iter().any(|loss| loss.at + SECOND > self.now);
            if !seats.is_empty() && !has_lost {
                faults.push(format!("{} ends, but still has seats in the log", node.name));
            }
        }
        for what in faults {
            self.story.broken(Rule::CleanStop, self.now, what);
        }
    }

    /// A process that is stopped cleanly has not ended in time.
    pub(crate) fn judge_late_stop(&mut self, slot: usize) {
        // One that has only just been connected has not had the time, either.
        let is_new = self.nodes[slot].first_shared_at + 5 * SECOND > self.now;
        if !is_new && self.outage_until.max(self.dropped_at) + 8 * SECOND < self.now {
            let what = format!("{} does not end", self.nodes[slot].name);
            self.story.broken(Rule::CleanStop, self.now, what);
        }
    }

    // ---- All together ----------------------------------------------------------------------------

    /// Two processes that have read the log to the same place must agree.
    pub(crate) fn compare_processes(&mut self, slot: usize) {
        let Some(one) = self.nodes[slot].process.as_ref().filter(|it| it.is_shared()) else {
            return;
        };
        let position = one.agreed().position();
        let mut faults = Vec::new();
        for node in &self.nodes {
            let Some(other) = node.process.as_ref().filter(|it| it.is_shared()) else { continue };
            if node.is_loading || self.nodes[slot].is_loading {
                continue;
            }
            if other.id() == one.id() || other.agreed().position() != position {
                continue;
            }
            if let Some(what) = self.difference(one, other) {
                faults.push(what);
            }
        }
        for what in faults {
            self.story.broken(Rule::SameEverywhere, self.now, what);
        }
    }

    fn difference(&self, one: &Process, other: &Process) -> Option<String> {
        let counts = |process: &Process| -> BTreeMap<Arc<str>, u64> {
            process.agreed().counts(VOTE).map(|(data, count)| (Arc::clone(data), count)).collect()
        };
        let (left, right) = (counts(one), counts(other));
        if left != right {
            return Some(format!("{} counts {left:?}, {} counts {right:?}", one.id(), other.id()));
        }
        for (room, name) in &self.plan.places {
            let (left, right) = (one.present(room, name), other.present(room, name));
            if left != right {
                return Some(format!(
                    "{name} in {room}: {} shows {left:?}, {} shows {right:?}",
                    one.id(),
                    other.id()
                ));
            }
        }
        None
    }

    fn rooms(&self) -> BTreeSet<String> {
        self.plan.places.iter().map(|(room, _)| room.clone()).collect()
    }

    /// Judges when all faults have ended, and everybody has had the time to come back.
    pub(crate) fn judge_end(&mut self) {
        self.story.tell(self.now, format_args!("--- everything has settled"));
        let mut faults: Vec<(Rule, String)> = Vec::new();
        for room in self.rooms() {
            let really = self.really_here(&room);
            for node in &self.nodes {
                let Some(process) = &node.process else { continue };
                let shown = process.here(&room);
                if shown != really {
                    let what = format!(
                        "{} shows {shown:?} in {room}, but the members are {really:?}",
                        node.name
                    );
                    faults.push((Rule::NoGhosts, what));
                }
            }
            for (number, page) in self.windows.iter().enumerate() {
                let mut shown = page.visit.here.clone();
                if matches!(page.state, Page::In(_)) && page.room == room {
                    // A page knows that its own visitor is there.
                    shown.insert(page.name.as_str().into());
                    if shown != really {
                        let what = format!(
                            "window {number} shows {shown:?} in {room}, but the members are {really:?}"
                        );
                        faults.push((Rule::NoGhosts, what));
                    }
                }
            }
        }
        for (number, page) in self.windows.iter().enumerate() {
            if !matches!(page.state, Page::In(_) | Page::Out) {
                let what = format!("window {number} is not let in: {:?}", page.state);
                faults.push((Rule::WaitsEnd, what));
            }
            if !page.unsent.is_empty() && matches!(page.state, Page::In(_)) {
                let what = format!("window {number} has no answer for {:?}", page.unsent);
                faults.push((Rule::NothingLost, what));
            }
        }
        for node in &self.nodes {
            let Some(process) = &node.process else { continue };
            if !process.is_shared() {
                faults.push((Rule::ToldOnce, format!("{} is not connected again", node.name)));
            }
            faults.extend(self.miscounts(&node.name, process));
        }
        let processes: Vec<&Process> =
            self.nodes.iter().filter_map(|node| node.process.as_ref()).collect();
        for pair in processes.windows(2) {
            let what = self.difference(pair[0], pair[1]);
            faults.extend(what.map(|what| (Rule::SameEverywhere, what)));
        }
        for (rule, what) in faults {
            self.story.broken(rule, self.now, what);
        }
        for (key, ids) in self.reordered() {
            let what = format!("{key} has several places in the log: {ids:?}");
            self.story.broken(Rule::OneOrder, self.now, what);
        }
        let windows = std::mem::take(&mut self.windows);
        for (number, page) in windows.iter().enumerate() {
            for visit in &page.past {
                self.judge_visit(number, visit, &page.room, false);
            }
            let is_in = matches!(page.state, Page::In(_));
            self.judge_visit(number, &page.visit, &page.room, is_in);
        }
        self.windows = windows;
    }

    fn reordered(&self) -> Vec<(String, BTreeSet<EventId>)> {
        let several = self.facts.iter().filter(|(_, fact)| fact.ids.len() > 1);
        let wrong =
            several.filter(|(key, _)| !self.is_out_of_order(key) && !self.is_lost_for_good(key));
        wrong.map(|(key, fact)| (key.clone(), fact.ids.clone())).collect()
    }

    fn miscounts(&self, name: &str, process: &Process) -> Vec<(Rule, String)> {
        let mut faults = Vec::new();
        let counts: BTreeMap<&str, u64> =
            process.agreed().counts(VOTE).map(|(data, count)| (&**data, count)).collect();
        for candidate in ["tea", "coffee"] {
            let cast = self.ballots.iter().filter(|ballot| {
                self.facts.get(&ballot.key).is_some_and(|fact| fact.data == candidate)
            });
            let (mut least, mut most) = (0, 0);
            for ballot in cast {
                most += 1;
                if !ballot.is_answered {
                    faults.push((Rule::WaitsEnd, format!("{} is not answered", ballot.key)));
                } else if !self.is_lost_for_good(&ballot.key) {
                    least += 1;
                }
            }
            let count = counts.get(candidate).copied().unwrap_or_default();
            if count < least || count > most {
                let what = format!(
                    "{name} counts {count} votes for {candidate} instead of {least} to {most}"
                );
                faults.push((Rule::VotesCount, what));
            }
        }
        faults
    }

    /// Sends a stranger for each name that is free.
    pub(crate) fn send_probes(&mut self) {
        for place in self.plan.places.clone() {
            if self.really_here(&place.0).contains(place.1.as_str()) {
                continue;
            }
            let slot = self.random.index(self.nodes.len());
            let now = self.now_of(slot);
            let Some(process) = &mut self.nodes[slot].process else { continue };
            if let Ok(number) = process.enter(&place.0, &place.1, "a stranger", now) {
                self.probes.push(Probe { attempt: (slot, number), place, outcome: None });
            }
            self.pump(slot);
        }
    }

    /// Each stranger must have got the name.
    pub(crate) fn judge_probes(&mut self) {
        for probe in std::mem::take(&mut self.probes) {
            if probe.outcome != Some(Outcome::Admitted) {
                let what = format!(
                    "{:?} is free, but a stranger who asked for it: {:?}",
                    probe.place, probe.outcome
                );
                self.story.broken(Rule::FreeInTime, self.now, what);
            }
        }
    }
}

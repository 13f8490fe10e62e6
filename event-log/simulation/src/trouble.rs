//! What goes wrong, and how it ends.

use std::collections::{BTreeMap, BTreeSet};

use event_log::EventId;
use event_log::agreed::entry::Record;
use event_log::agreed::sum::Topics;
use event_log::process::process::Process;

use crate::plan::{Fault, Memory};
use crate::redis::Health;
use crate::time::{MILLISECOND, SECOND, Time};
use crate::world::{Event, Loss, Node, VOTE, World};

impl World {
    /// Sets the stage: the processes, the windows, and the faults.
    pub(crate) fn prepare(&mut self) {
        for slot in 0..self.plan.processes {
            let clock =
                if self.random.percent(70) { 5_000 } else { self.random.between(2_000, 8_000) };
            let epoch = self.new_epoch();
            self.nodes.push(Node {
                process: None,
                incarnation: 0,
                name: String::new(),
                began: 0,
                clock,
                stalled_until: 0,
                deferred: Vec::new(),
                cut_until: 0,
                arrives_late: false,
                epoch,
                awaited: BTreeSet::new(),
                sent_upto: BTreeMap::new(),
                answered_upto: BTreeMap::new(),
                wakes_at: None,
                spins: (0, 0),
                stops: None,
                attempts: BTreeMap::new(),
                live_upto: BTreeMap::new(),
                beat_at: 0,
                silences: Vec::new(),
                read_at: 0,
                answered_at: 0,
                told_shared: false,
                problems: 0,
                first_shared_at: 0,
                is_loading: true,
                accepted: Vec::new(),
                ids: BTreeSet::new(),
            });
            let time = if self.random.percent(60) { 0 } else { self.random.between(0, 3 * SECOND) };
            self.after(time, Event::Starts { slot });
        }
        self.gather();
        for (at, fault) in self.plan.faults.clone() {
            self.at(at, Event::Begins(fault));
        }
        self.after(500 * MILLISECOND, Event::Saves);
    }

    /// Starts a process, under a name that has not been used.
    pub(crate) fn starts(&mut self, slot: usize) {
        if self.nodes[slot].process.is_some() {
            return;
        }
        let topics = Topics {
            events_max: self.plan.events_max,
            counted: vec![VOTE.into()],
            kept: Vec::new(),
        };
        let node = &mut self.nodes[slot];
        node.incarnation += 1;
        node.name = format!("P{slot}.{}", node.incarnation);
        node.began = self.now;
        node.stalled_until = 0;
        node.beat_at = self.now;
        node.silences.clear();
        node.told_shared = false;
        node.problems = 0;
        node.first_shared_at = 0;
        node.is_loading = true;
        node.accepted.clear();
        node.ids.clear();
        node.read_at = 0;
        node.process = Some(
            Process::over_redis(node.name.as_str().into(), topics)
                .with_snapshot_interval(self.plan.snapshot_interval),
        );
        self.story.tell(self.now, format_args!("{} is started", self.nodes[slot].name));
        self.trouble(self.now, false);
        self.wakes(slot);
    }

    /// A fault begins.
    pub(crate) fn begins(&mut self, fault: &Fault) {
        if self.is_over {
            return;
        }
        self.story.tell(self.now, format_args!("*** {fault:?}"));
        match *fault {
            Fault::Killed { time, memory } => {
                self.story.count(match memory {
                    Memory::All => "Redis killed, remembers everything",
                    Memory::Old => "Redis killed, remembers an old state",
                    Memory::Nothing => "Redis killed, remembers nothing",
                });
                self.redis_dies();
                match memory {
                    Memory::All => {}
                    Memory::Old => self.loses(false),
                    Memory::Nothing => self.loses(true),
                }
                self.redis_up_after(time, true);
            }
            Fault::Failover { time } => {
                self.story.count("failovers");
                self.redis_dies();
                self.loses(false);
                self.redis.clock = self.random.between(7_000, 12_000);
                self.redis_up_after(time, true);
            }
            Fault::Flushed => {
                self.story.count("flushes");
                self.loses(true);
                self.trouble(self.now, true);
            }
            Fault::Hangs { time } => {
                self.story.count("hangs");
                if self.redis.health == Health::Up {
                    self.redis.health = Health::Hangs;
                }
                self.redis_up_after(time, true);
            }
            Fault::RefusesWrites { time } => {
                self.story.count("writes refused");
                self.redis.refuses = Some("OOM command not allowed");
                self.redis_up_after(time, true);
            }
            Fault::Drops { process, is_partial } => {
                self.story.count("connections to Redis closed");
                let chosen: Vec<bool> =
                    (0..3).map(|_| !is_partial || self.random.percent(50)).collect();
                self.close_wires(|wire| {
                    process.is_none_or(|slot| slot == wire.slot) && chosen[wire.lane as usize]
                });
                self.trouble(self.now, false);
                (self.dropped_before, self.dropped_at) = (self.dropped_at, self.now);
            }
            Fault::Cut { process, time, arrives_late } => {
                self.story.count("processes cut off");
                let node = &mut self.nodes[process];
                node.cut_until = node.cut_until.max(self.now + time);
                node.arrives_late = arrives_late;
                self.trouble(self.now + time, true);
            }
            Fault::Stalls { process, time } => {
                self.story.count("stalls");
                let node = &mut self.nodes[process];
                node.stalled_until = node.stalled_until.max(self.now + time);
                let until = node.stalled_until;
                self.at(until, Event::GoesOn { slot: process });
                self.trouble(until, true);
            }
            Fault::Dies { process, time } => {
                if self.nodes[process].process.is_some() {
                    self.story.count("processes killed");
                    self.story
                        .tell(self.now, format_args!("{} is killed", self.nodes[process].name));
                    self.end_process(process, time);
                    self.trouble(self.now + time, true);
                }
            }
            Fault::Stops { process, time } => {
                if self.nodes[process].process.is_some()
                    && self.nodes[process].stops.is_none()
                    && self.now >= self.nodes[process].stalled_until
                {
                    self.story.count("processes stopped");
                    self.trouble(self.now + time, false);
                    self.stop(process, time);
                }
            }
        }
    }

    fn redis_dies(&mut self) {
        self.redis.health = Health::Down;
        self.hung.clear();
        self.close_wires(|_| true);
    }

    fn redis_up_after(&mut self, time: Time, is_outage: bool) {
        self.trouble += 1;
        if self.redis_well_since <= self.now {
            self.redis_unwell_since = self.now;
        }
        // An earlier trouble may take longer: the last one to end ends all.
        let until = (self.now + time).max(self.redis_well_since);
        match self.unwell.last_mut() {
            Some((_, to)) if *to >= self.now => *to = until,
            _ => self.unwell.push((self.now, until)),
        }
        self.redis_well_since = until;
        self.trouble(until, is_outage);
        self.at(until, Event::RedisUp { trouble: self.trouble });
    }

    /// Redis forgets everything, or what came after its last saved state.
    fn loses(&mut self, is_all: bool) {
        let data = &self.redis.data;
        let old: BTreeSet<_> = if is_all {
            BTreeSet::new()
        } else {
            self.redis.saved.entries.iter().map(|(entry, _)| entry.id).collect()
        };
        let lost =
            || data.entries.iter().map(|(entry, _)| entry).filter(|entry| !old.contains(&entry.id));
        let ids: BTreeSet<_> = lost().map(|entry| entry.id).collect();
        let keys = lost().filter_map(|entry| match &entry.record {
            Some(Record::Event(draft)) => Some((draft.key.to_string(), entry.id)),
            _ => None,
        });
        let mut keys: BTreeMap<String, EventId> = keys.collect();
        if is_all {
            // With the last snapshot, the sum of what was trimmed is lost, too.
            keys.extend(data.trimmed.clone());
        }
        let knew = self.nodes.iter().enumerate().filter_map(|(slot, node)| {
            let process = node.process.as_ref()?;
            Some((slot, node.incarnation, process.agreed().position()))
        });
        let knew = knew.collect();
        if !ids.is_empty() {
            self.story.count("losses of entries");
            self.story.tell(self.now, format_args!("Redis loses {} entries", ids.len()));
            self.losses.push(Loss { at: self.now, keys, knew });
        }
        if is_all {
            self.redis.forget();
        } else {
            self.redis.go_back();
        }
    }

    /// Redis answers again, if no later trouble goes on.
    pub(crate) fn redis_up(&mut self, trouble: u64) {
        if trouble != self.trouble {
            return;
        }
        self.judge_noticed();
        self.redis.refuses = None;
        match self.redis.health {
            Health::Down => self.redis.restart(),
            Health::Hangs => self.redis.health = Health::Up,
            Health::Up => {}
        }
        self.story.tell(self.now, format_args!("*** Redis is well"));
        for (from, command) in std::mem::take(&mut self.hung) {
            if self.nodes[from.slot].epoch != from.epoch {
                self.story.count("commands carried out too late");
            }
            self.carry_out(from, command);
        }
    }

    /// All faults end.
    pub(crate) fn heal(&mut self) {
        self.story.tell(self.now, format_args!("--- all faults end"));
        self.is_over = true;
        for slot in 0..self.nodes.len() {
            self.nodes[slot].cut_until = self.nodes[slot].cut_until.min(self.now);
            if self.now < self.nodes[slot].stalled_until {
                self.nodes[slot].stalled_until = self.now;
                self.goes_on(slot);
            }
        }
        self.trouble += 1;
        self.redis_well_since = self.redis_well_since.min(self.now);
        if let Some((_, to)) = self.unwell.last_mut() {
            *to = (*to).min(self.now);
        }
        self.redis_up(self.trouble);
        self.trouble_until = self.now;
        self.outage_until = self.outage_until.min(self.now);
    }

    /// Redis saves its state.
    pub(crate) fn saves(&mut self) {
        self.redis.saved = self.redis.data.clone();
        let time = self.random.between(200, 3_000) * MILLISECOND;
        self.after(time, Event::Saves);
    }

    /// A process goes on after a stall: its timer and its answers come in any order.
    pub(crate) fn goes_on(&mut self, slot: usize) {
        if self.now < self.nodes[slot].stalled_until {
            return;
        }
        let deferred = std::mem::take(&mut self.nodes[slot].deferred);
        let is_timer_first = self.random.percent(50);
        if is_timer_first {
            self.at(self.now, Event::Wakes { slot });
        }
        for event in deferred {
            self.at(self.now, event);
        }
        if !is_timer_first {
            self.at(self.now, Event::Wakes { slot });
        }
    }

    /// A clean stop has taken too long: the process ends as it is.
    pub(crate) fn stop_ends(&mut self, slot: usize, incarnation: u32, time: Time) {
        let node = &self.nodes[slot];
        if node.incarnation == incarnation && node.stops.is_some() {
            self.judge_late_stop(slot);
            self.end_process(slot, time);
        }
    }
}

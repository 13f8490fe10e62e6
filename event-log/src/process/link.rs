//! How a process talks with Redis: connects, compares, gives back what Redis has lost, reads,
//! appends, and shows that it is alive. It has no socket and no clock: commands go out, and replies
//! and the time come in.
//!
//! A connection goes through these phases, and every failure leads back to the first one:
//!
//! 1. *Connecting*.
//! 2. *Checking*: is the newest entry that we have still in the log?
//! 3. *Restoring*, if it is not, and nobody has appended anything since.
//! 4. *Loading*: reading what came meanwhile.
//! 5. *Greeting*: the first sign of life, which is also the proof that Redis takes writes.
//! 6. *Settling*, if this Redis has been started since, or is new to us: nobody appends until all
//!    have had the time to give back what they have.
//! 7. *Open*. If Redis refuses a write, the phase is *Refused* until it takes one.

use std::collections::{BTreeMap, VecDeque};
use std::mem::{replace, take};
use std::sync::Arc;
use std::time::Duration;

use crate::agreed::entry::{Entry, ProcessId, Record};
use crate::agreed::fingerprint::Fingerprint;
use crate::event::EventId;
use crate::process::command::{Checked, Command, Due, Lane, READ_MAX, Reply};
use crate::process::core::{Core, News};
use crate::process::lives::Lives;
use crate::process::outage::{Outage, Told};

/// Additions that are sent at a time.
const BATCH: usize = 500;
/// How often a process shows that it is alive.
const PULSE_INTERVAL: Duration = Duration::from_millis(500);
/// Time after which a Redis that does not answer counts as lost.
const RESPONSE_TIME: Duration = Duration::from_secs(3);
/// Time between two attempts to connect.
const RECONNECT_PAUSE: Duration = Duration::from_millis(100);
/// Time between two attempts to write, after a refusal.
const REFUSED_PAUSE: Duration = Duration::from_secs(1);
/// The shortest time of settling.
const SETTLE: Duration = Duration::from_millis(500);
/// Time after an outage in which nobody's leaving is told to the log. Meanwhile all who have come back
/// elsewhere can be there.
const LEAVES_PAUSE: Duration = Duration::from_secs(1);

/// The state of the connection to Redis.
pub(crate) struct Link {
    phase: Phase,
    /// The start of Redis that we were connected with last.
    run: String,
    /// Whether the log has been read to its end once. Before that, no visitor is admitted.
    is_synced: bool,
    /// Whether others may have to give back what they have, before anybody appends.
    needs_settling: bool,
    /// Commands on their way, and when their answers are too late.
    awaited: BTreeMap<Lane, Duration>,
    pub(crate) commands: VecDeque<(Lane, Command)>,
    next_pulse: Duration,
    /// The beats of this process, ever and over this connection.
    beat: u64,
    /// The name under which Redis knows our beats.
    known_as: Option<ProcessId>,
    lives: Lives,
    outage: Outage,
    /// Whether this process has ever been connected with the others.
    was_open: bool,
    /// When those who have left may be told to the log, after an outage.
    leaves_at: Option<Duration>,
    /// Processes whose signs of life can be removed.
    gone: Vec<ProcessId>,
    /// Connections that were opened.
    connections: u64,
}

#[derive(Debug, PartialEq)]
enum Phase {
    Down {
        retry_at: Duration,
    },
    Connecting,
    Checking {
        was_restored: bool,
    },
    Restoring {
        /// The entry that comes before the rest.
        after: EventId,
        rest: VecDeque<Entry>,
    },
    Loading,
    Greeting,
    Settling {
        /// When the shortest time is over. `None` when it is.
        until: Option<Duration>,
        is_first: bool,
    },
    Open,
    Refused {
        /// When the next attempt to write is due. `None` once it is made.
        retry_at: Option<Duration>,
        /// Whether Redis has taken a sign of life since.
        takes_pulses: bool,
    },
    /// This process is about to end, and everything that it had to append is in the log.
    Farewell,
    /// It has said farewell.
    Ended,
}

impl Link {
    pub(crate) fn new() -> Self {
        Self {
            phase: Phase::Down { retry_at: Duration::ZERO },
            run: String::new(),
            is_synced: false,
            needs_settling: true,
            awaited: BTreeMap::new(),
            commands: VecDeque::new(),
            next_pulse: Duration::ZERO,
            beat: 0,
            known_as: None,
            lives: Lives::default(),
            outage: Outage::default(),
            was_open: false,
            leaves_at: None,
            gone: Vec::new(),
            connections: 0,
        }
    }

    /// Whether this process counts as connected with the others.
    pub(crate) fn is_shared(&self) -> bool {
        self.outage.is_shared()
    }

    /// The connections that were opened after the first one.
    pub(crate) fn reconnects(&self) -> u64 {
        self.connections.saturating_sub(1)
    }

    /// Whether somebody whose session the log knows may be let in at once.
    pub(crate) fn is_cut_off(&self) -> bool {
        self.is_synced && !self.outage.is_shared()
    }

    /// Whether everything that was to be appended before the end is in the log.
    pub(crate) fn is_ended(&self) -> bool {
        self.phase == Phase::Ended
    }

    /// Returns when [`advance`](Self::advance) must be called at the latest.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        let of_phase = match self.phase {
            Phase::Down { retry_at } => Some(retry_at),
            Phase::Settling { until: time, .. } | Phase::Refused { retry_at: time, .. } => time,
            _ => None,
        };
        let pulse = self.is_pulsing().then_some(self.next_pulse);
        let pulse = pulse.filter(|_| !self.awaited.contains_key(&Lane::Pulse));
        let answers = self.awaited.values().copied().min();
        let leaves = self.leaves_at.filter(|time| *time != Duration::MAX);
        [of_phase, pulse, answers, self.outage.deadline(), leaves].into_iter().flatten().min()
    }

    // ANCHOR: advance
    /// Does everything that is due now: notices answers that are too late, and sends the next commands.
    pub(crate) fn advance(&mut self, now: Duration, core: &mut Core) {
        if self.awaited.values().any(|too_late| now >= *too_late) {
            self.fail("it does not answer", now, false);
        }
        match &mut self.phase {
            Phase::Down { retry_at } if now >= *retry_at => self.connect(now),
            Phase::Settling { until, is_first } => {
                // After that time, only signs of life end this phase.
                *until = until.filter(|until| now < *until);
                if until.is_none() && (*is_first || self.lives.are_all_back()) {
                    self.open(now);
                }
            }
            Phase::Refused { retry_at, .. } => *retry_at = retry_at.filter(|time| now < *time),
            _ => {}
        }
        self.leaves_at = self.leaves_at.filter(|time| now < *time);
        core.holds_leaves = self.leaves_at.is_some();
        self.read(now, core);
        self.write(now, core);
        self.pulse(now, core);
        self.tell(now, core);
    }
    // ANCHOR_END: advance

    /// Takes the reply to the command on this lane.
    pub(crate) fn reply(&mut self, lane: Lane, reply: Reply, now: Duration, core: &mut Core) {
        match self.awaited.remove(&lane) {
            // The connection was given up.
            None => return,
            // This process has not run for a while, and what it reads here may have changed since.
            Some(too_late) if now >= too_late => {
                self.fail("it does not answer", now, false);
                self.advance(now, core);
                return;
            }
            Some(_) => {}
        }
        match reply {
            Reply::Connected { run } => self.connected(run, core),
            Reply::Checked(checked) => self.checked(checked, now, core),
            Reply::Entries(entries) => {
                core.compare_clocks(&entries, now);
                self.entries(entries, core);
            }
            Reply::Written => self.written(now),
            Reply::Pulsed { is_new, beats } => {
                self.pulsed(is_new, now, &core.id);
                self.note_beats(beats, now, core);
            }
            Reply::Forgotten => self.forgotten(now),
            Reply::Alive => core.send_again(),
            Reply::Refused(problem) => self.refused(problem, now, core),
            Reply::Lost(problem) => self.fail(&problem, now, true),
        }
        self.advance(now, core);
    }

    /// Notes who gives signs of life, and who does not.
    fn note_beats(&mut self, mut beats: BTreeMap<ProcessId, u64>, now: Duration, core: &mut Core) {
        for process in core.buried.drain(..) {
            self.lives.forget(&process);
        }
        let names = core.agreed.names();
        let mut holders = names.processes();
        holders.remove(&core.id);
        beats.remove(&core.id);
        // The beats of processes that are gone, according to the log, can be removed.
        let gone = beats.extract_if(.., |process, _| names.is_gone(process));
        self.gone = gone.map(|(process, _)| process).collect();
        core.gone.extend(self.lives.note(&beats, holders, now));
    }

    fn connect(&mut self, now: Duration) {
        self.phase = Phase::Connecting;
        self.send(Lane::Reader, Command::Connect, now);
    }

    fn connected(&mut self, run: String, core: &mut Core) {
        self.connections += 1;
        if run.is_empty() || run != self.run {
            self.needs_settling = true;
            self.known_as = None;
        }
        self.run = run;
        self.phase = Phase::Checking { was_restored: false };
        self.lives.reconnect();
        core.send_again();
    }

    // ANCHOR: checked
    /// Compares the log with what we have.
    fn checked(&mut self, checked: Checked, now: Duration, core: &mut Core) {
        let Checked { base, newest, trimmed_to } = checked;
        let position = core.agreed.position();
        let was_restored = self.phase == Phase::Checking { was_restored: true };
        let is_behind = trimmed_to.is_some_and(|oldest| oldest > position);
        self.phase = Phase::Loading;
        if !self.is_synced || is_behind {
            // The whole log is new to us, and we cannot know what was removed from it.
            if !self.is_synced {
                core.agreed.forget();
            }
            core.agreed.history_mut().set_missing_upto(trimmed_to.unwrap_or_default());
            core.agreed.begin_loading();
        } else if base >= position {
            // Nothing is lost.
        } else if newest > base {
            // Entries are lost, and others have appended newer ones. The lost ones cannot get their
            // old places back, so they are appended again, with their old keys.
            self.needs_settling = true;
            for entry in core.agreed.lost_after(base) {
                if let Some(Record::Event(draft)) = entry.record {
                    // If the outbox is full, the rest is lost.
                    let fingerprint = Fingerprint::of(&draft);
                    let _ = core.outbox.add(draft, fingerprint, now);
                }
            }
            core.agreed.begin_loading();
        } else if was_restored {
            self.fail("it does not accept the entries that it has lost", now, false);
        } else {
            self.needs_settling = true;
            let rest = core.agreed.lost_after(base).into();
            self.phase = Phase::Restoring { after: base, rest };
        }
    }
    // ANCHOR_END: checked

    fn entries(&mut self, entries: Vec<Entry>, core: &mut Core) {
        if self.phase == Phase::Loading && entries.is_empty() {
            core.end_loading();
            self.is_synced = true;
            self.phase = Phase::Greeting;
        }
        core.apply(entries);
    }

    fn written(&mut self, now: Duration) {
        match &self.phase {
            Phase::Restoring { rest, .. } if rest.is_empty() => {
                self.phase = Phase::Checking { was_restored: true };
            }
            Phase::Refused { .. } => self.open(now),
            Phase::Farewell => self.phase = Phase::Ended,
            _ => {}
        }
    }

    fn pulsed(&mut self, is_new: bool, now: Duration, id: &ProcessId) {
        if is_new && self.known_as.as_ref() == Some(id) {
            // It has forgotten our sign of life, and so perhaps everything.
            self.forgotten(now);
            return;
        }
        self.known_as = Some(Arc::clone(id));
        if is_new && matches!(self.phase, Phase::Greeting | Phase::Refused { .. }) {
            // Redis may have forgotten everything after we looked, and before it knew our sign of
            // life. From now on, we would notice.
            self.phase = Phase::Checking { was_restored: false };
            return;
        }
        if let Phase::Refused { takes_pulses, .. } = &mut self.phase {
            *takes_pulses = true;
        }
        if self.phase == Phase::Greeting {
            // Others wait for two signs of life: the first may have been left long ago.
            self.next_pulse = now;
            if self.needs_settling {
                self.settle(now);
            } else {
                self.open(now);
            }
        }
    }

    fn settle(&mut self, now: Duration) {
        let is_first = !self.was_open;
        self.phase = Phase::Settling { until: Some(now + SETTLE), is_first };
    }

    /// Redis has answered, and refuses what we have sent.
    fn refused(&mut self, problem: String, now: Duration, core: &mut Core) {
        match self.phase {
            Phase::Greeting | Phase::Settling { .. } | Phase::Open | Phase::Refused { .. } => {
                let retry_at = Some(now + REFUSED_PAUSE);
                self.phase = Phase::Refused { retry_at, takes_pulses: false };
                self.next_pulse = now + REFUSED_PAUSE;
                self.outage.begin(problem, now, false);
                core.send_again();
            }
            _ => self.fail(&problem, now, false),
        }
    }

    /// Redis has lost what it had, without a new start. We begin again, as with a new one.
    fn forgotten(&mut self, now: Duration) {
        self.run.clear();
        self.fail("it has lost the entries that it had", now, true);
    }

    fn open(&mut self, now: Duration) {
        self.phase = Phase::Open;
        self.leaves_at = self.leaves_at.map(|_| now + LEAVES_PAUSE);
        self.was_open = true;
        self.needs_settling = false;
        self.outage.end();
    }

    /// Gives the connection up. If it was open, and its end `may_be_harmless`, a new one is tried at
    /// once, and only when that fails it was an outage.
    fn fail(&mut self, problem: &str, now: Duration, may_be_harmless: bool) {
        let was_open = matches!(self.phase, Phase::Settling { .. } | Phase::Open | Phase::Farewell);
        let is_harmless = may_be_harmless && was_open;
        self.awaited.clear();
        self.commands.clear();
        self.commands.push_back((Lane::Reader, Command::Disconnect));
        self.outage.begin(problem.to_owned(), now, is_harmless);
        let pause = if is_harmless { Duration::ZERO } else { RECONNECT_PAUSE };
        self.phase = Phase::Down { retry_at: now + pause };
    }

    fn read(&mut self, now: Duration, core: &mut Core) {
        if self.awaited.contains_key(&Lane::Reader) {
            return;
        }
        let position = core.agreed.position();
        match self.phase {
            Phase::Checking { .. } => {
                self.send(Lane::Reader, Command::Check { upto: position }, now);
            }
            Phase::Loading | Phase::Settling { .. } | Phase::Open | Phase::Refused { .. } => {
                let is_blocking = self.phase != Phase::Loading;
                self.send(Lane::Reader, Command::Read { after: position, is_blocking }, now);
            }
            _ => {}
        }
    }

    fn write(&mut self, now: Duration, core: &mut Core) {
        if self.awaited.contains_key(&Lane::Writer) {
            return;
        }
        match &mut self.phase {
            Phase::Restoring { after, rest } => {
                let entries: Vec<Entry> = rest.drain(..READ_MAX.min(rest.len())).collect();
                let next_after = entries.last().map_or(*after, |last| last.id);
                let after = replace(after, next_after);
                self.send(Lane::Writer, Command::Restore { after, entries }, now);
            }
            Phase::Refused { retry_at: Some(_), .. } => {}
            Phase::Refused { takes_pulses: true, .. } if self.needs_settling => self.settle(now),
            Phase::Refused { .. } if self.needs_settling => {}
            Phase::Open | Phase::Refused { .. } => {
                let due = core.take_due(BATCH);
                if !due.additions.is_empty() {
                    let (after, Due { silent, additions }) = (core.agreed.position(), due);
                    self.send(Lane::Writer, Command::Append { after, silent, additions }, now);
                } else if let Phase::Refused { takes_pulses: true, .. } = self.phase {
                    self.open(now);
                } else if core.is_closed() {
                    self.phase = Phase::Farewell;
                    let process = core.id.clone();
                    self.send(Lane::Writer, Command::Farewell { process }, now);
                }
            }
            _ => {}
        }
    }

    fn is_pulsing(&self) -> bool {
        matches!(
            self.phase,
            Phase::Greeting | Phase::Settling { .. } | Phase::Open | Phase::Refused { .. }
        )
    }

    fn pulse(&mut self, now: Duration, core: &mut Core) {
        let is_time = now >= self.next_pulse || self.phase == Phase::Greeting;
        if !is_time || !self.is_pulsing() || self.awaited.contains_key(&Lane::Pulse) {
            return;
        }
        self.next_pulse = now + PULSE_INTERVAL;
        self.beat += 1;
        let gone = take(&mut self.gone);
        let pulse = Command::Pulse { process: core.id.clone(), beat: self.beat, gone };
        self.send(Lane::Pulse, pulse, now);
    }

    fn send(&mut self, lane: Lane, command: Command, now: Duration) {
        self.awaited.insert(lane, now + RESPONSE_TIME);
        self.commands.push_back((lane, command));
    }

    /// Tells what has changed about the connection.
    fn tell(&mut self, now: Duration, core: &mut Core) {
        if self.phase == Phase::Ended {
            return;
        }
        let is_connected =
            matches!(self.phase, Phase::Settling { .. } | Phase::Open | Phase::Farewell);
        let Told { problem, is_shared } = self.outage.tell(now, is_connected);
        if let Some(problem) = problem {
            core.tell(News::Problem(format!("redis: {problem}; trying again")));
        }
        if let Some(is_shared) = is_shared {
            core.tell(News::Shared(is_shared));
            if !is_shared {
                self.leaves_at = Some(Duration::MAX);
                core.admit_known();
            }
        }
    }
}

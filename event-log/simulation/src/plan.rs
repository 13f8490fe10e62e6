//! What a seed determines before its run begins: all sizes, and which fault happens when.

use crate::random::Random;
use crate::time::{MILLISECOND, SECOND, Time};

/// The sizes of one run.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// How many processes there are.
    pub(crate) processes: usize,
    /// The names that people want, each with its room.
    pub(crate) places: Vec<(String, String)>,
    /// The number of windows in which people visit.
    pub(crate) windows: usize,
    /// The longest way of a command or an answer between a process and Redis.
    pub(crate) delay: Time,
    /// How often people do something.
    pub(crate) pause: Time,
    /// About how many entries the stream keeps.
    pub(crate) keeps: Option<usize>,
    /// Entries between two snapshots.
    pub(crate) snapshot_interval: usize,
    /// Events of each topic that a process keeps.
    pub(crate) events_max: usize,
    /// When faults and acts of people end.
    pub(crate) end: Time,
    /// What goes wrong, and when.
    pub(crate) faults: Vec<(Time, Fault)>,
}

/// What Redis remembers when it comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Memory {
    /// Everything.
    All,
    /// What was saved last.
    Old,
    /// Nothing.
    Nothing,
}

/// Something that goes wrong.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Redis is killed, and started again.
    Killed {
        /// How long it is away.
        time: Time,
        /// What it remembers.
        memory: Memory,
    },
    /// A replica takes over. It lacks the newest entries.
    Failover {
        /// How long nobody answers.
        time: Time,
    },
    /// Somebody deletes everything, while Redis runs on.
    Flushed,
    /// Redis does not answer for a while, and then carries out what it was sent.
    Hangs {
        /// How long.
        time: Time,
    },
    /// Redis refuses all writes.
    RefusesWrites {
        /// How long.
        time: Time,
    },
    /// Some connections end, of one process or of all.
    Drops {
        /// The process, if it is only one.
        process: Option<usize>,
        /// Whether only some of its three connections end.
        is_partial: bool,
    },
    /// Nothing comes through between one process and Redis.
    Cut {
        /// The process.
        process: usize,
        /// How long.
        time: Time,
        /// Whether what was under way arrives late. Otherwise it is lost.
        arrives_late: bool,
    },
    /// A process does nothing for a while.
    Stalls {
        /// The process.
        process: usize,
        /// How long.
        time: Time,
    },
    /// A process is killed, and another one is started in its place.
    Dies {
        /// The process.
        process: usize,
        /// After how long the next one is started.
        time: Time,
    },
    /// A process is stopped cleanly, and another one is started in its place.
    Stops {
        /// The process.
        process: usize,
        /// After how long the next one is started.
        time: Time,
    },
}

impl Plan {
    /// Returns the plan of a seed.
    pub(crate) fn new(random: &mut Random) -> Self {
        let processes = index(random.between(2, 4));
        let rooms = random.between(1, 2);
        let names = ["Ada", "Bob", "Cleo", "Dan", "Eve"];
        let names_count = random.between(2, 5);
        let places = (0..names_count)
            .map(|number| (format!("room {}", number % rooms + 1), names[index(number)].to_owned()))
            .collect();
        let is_trimmed = random.percent(25);
        let end = if is_trimmed { 60 * SECOND } else { random.between(8, 30) * SECOND };
        let (keeps, snapshot_interval) = if is_trimmed {
            let interval = random.between(8, 20);
            (Some(index(interval * random.between(2, 4))), index(interval))
        } else {
            (None, if random.percent(50) { index(random.between(5, 60)) } else { 10_000 })
        };
        let delay = match random.between(0, 9) {
            0..=5 => 3 * MILLISECOND,
            6..=8 => 40 * MILLISECOND,
            _ => 250 * MILLISECOND,
        };
        let faults_count =
            if random.percent(8) { 0 } else { random.between(1, end / (5 * SECOND) + 1) };
        let mut faults: Vec<(Time, Fault)> = (0..faults_count)
            .map(|_| (random.between(SECOND, end - SECOND), fault(random, processes)))
            .collect();
        faults.sort_by_key(|(at, _)| *at);
        Self {
            processes,
            places,
            windows: index(random.between(3, 9)),
            delay,
            pause: [150, 400, 1_000][random.index(3)] * MILLISECOND,
            keeps,
            snapshot_interval,
            events_max: if random.percent(20) { index(random.between(4, 12)) } else { 1_000 },
            end,
            faults,
        }
    }

    /// Whether no event may be missing for want of space.
    pub(crate) fn keeps_everything(&self) -> bool {
        self.keeps.is_none() && self.events_max >= 1_000
    }
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or_default()
}

fn fault(random: &mut Random, processes: usize) -> Fault {
    let time = match random.between(0, 9) {
        0..=3 => random.between(20, 900),
        4..=6 => random.between(1_000, 2_400),
        _ => random.between(3_000, 9_000),
    } * MILLISECOND;
    let process = random.index(processes);
    match random.between(0, 99) {
        0..=17 => Fault::Killed {
            time,
            memory: [Memory::All, Memory::Old, Memory::Nothing][random.index(3)],
        },
        18..=24 => Fault::Failover { time: time / 4 },
        25..=29 => Fault::Flushed,
        30..=39 => Fault::Hangs { time },
        40..=47 => Fault::RefusesWrites { time },
        48..=57 => Fault::Drops {
            process: if random.percent(60) { Some(process) } else { None },
            is_partial: random.percent(50),
        },
        58..=70 => Fault::Cut { process, time, arrives_late: random.percent(50) },
        71..=78 => Fault::Stalls { process, time },
        79..=90 => Fault::Dies { process, time: time / 3 },
        _ => Fault::Stops { process, time: time / 3 },
    }
}

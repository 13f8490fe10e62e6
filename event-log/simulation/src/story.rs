//! What happens in a run, step by step, for a person to read.

use std::collections::BTreeMap;
use std::fmt;

use crate::time::Time;

/// The story of a run, and how often each kind of event has occurred.
#[derive(Debug, Default)]
pub struct Story {
    /// Whether the lines are kept. Most runs need none.
    pub is_told: bool,
    /// The lines.
    pub lines: Vec<String>,
    /// How often each kind of event has occurred.
    pub counts: BTreeMap<&'static str, u64>,
    /// The rules that were broken, each with what happened.
    pub broken: Vec<Broken>,
    /// A digest of everything that was told, by which two runs are compared.
    pub digest: u64,
}

/// A rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The rule.
    pub rule: Rule,
    /// When.
    pub at: Time,
    /// What happened.
    pub what: String,
}

/// The promises of the log, as the oracle judges them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// A confirmed message reaches everybody who may expect it.
    NothingLost,
    /// Nobody receives again what they have seen.
    NothingTwice,
    /// All receive the messages in one order.
    OneOrder,
    /// A gap is announced where something is missing, and only there.
    GapsAreTrue,
    /// A name has one holder at a time.
    OneHolder,
    /// A holder who answers is not thrown out for somebody else, and coming back with the right
    /// session is not refused.
    HolderStays,
    /// A process that shows signs of life is not taken for dead.
    AliveIsAlive,
    /// A name that nobody holds is free within the lease.
    FreeInTime,
    /// Nobody who has left is shown as present.
    NoGhosts,
    /// `left` is true.
    LeftIsTrue,
    /// All processes show the same members and the same counts.
    SameEverywhere,
    /// Every vote that was answered is counted, once.
    VotesCount,
    /// A visitor whose session is known is admitted while Redis is away, and every wait ends.
    WaitsEnd,
    /// What is queued is bounded.
    Bounded,
    /// An outage is told once, and its end too.
    ToldOnce,
    /// After a clean stop, the names are free and everything accepted is in the log.
    CleanStop,
}

impl Rule {
    /// All rules.
    pub const ALL: [Self; 16] = [
        Self::NothingLost,
        Self::NothingTwice,
        Self::OneOrder,
        Self::GapsAreTrue,
        Self::OneHolder,
        Self::HolderStays,
        Self::AliveIsAlive,
        Self::FreeInTime,
        Self::NoGhosts,
        Self::LeftIsTrue,
        Self::SameEverywhere,
        Self::VotesCount,
        Self::WaitsEnd,
        Self::Bounded,
        Self::ToldOnce,
        Self::CleanStop,
    ];
}

impl Story {
    /// Adds a line.
    pub fn tell(&mut self, now: Time, line: fmt::Arguments<'_>) {
        if self.is_told {
            let text = line.to_string();
            for byte in text.bytes() {
                self.digest = (self.digest ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
            self.lines.push(format!("{:>10.3}  {text}", seconds(now)));
        }
    }

    /// Counts an event of this kind.
    pub fn count(&mut self, kind: &'static str) {
        *self.counts.entry(kind).or_default() += 1;
    }

    /// Notes a rule that was broken.
    pub fn broken(&mut self, rule: Rule, now: Time, what: String) {
        self.tell(now, format_args!("!!! {rule:?}: {what}"));
        self.broken.push(Broken { rule, at: now, what });
    }
}

#[allow(clippy::cast_precision_loss, reason = "a time for people to read")]
fn seconds(time: Time) -> f64 {
    time as f64 / 1e6
}

//! Everybody who receives the broadcasts of a room, or of the vote, on this server.

use std::future::pending;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::{JoinSet, unconstrained, yield_now};
use tokio::time::{Instant, sleep_until};

use crate::delivery::broadcast::Broadcast;
use crate::delivery::line::Line;
use crate::metrics::Metrics;

/// Lines that are written to before other tasks have a turn.
const LINES_AT_A_TIME: usize = 256;
/// The fewest lines for which another thread is worth waking.
const PART_MIN: usize = 128;

/// The time between two looks at whether somebody is too slow.
const JUDGE_INTERVAL: Duration = Duration::from_secs(1);

/// The lines at one moment.
pub(crate) type Lines = Arc<Vec<Arc<Line>>>;

/// How many there are, and what waits for them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Amount {
    pub(crate) lines: usize,
    /// Bytes that wait until they are read.
    pub(crate) waiting: usize,
}

// ANCHOR: audience
/// The lines to all members on this server.
pub(crate) struct Audience {
    /// If somebody enters or leaves during a broadcast, this becomes a changed copy, and the broadcast
    /// goes on with the list that it has.
    lines: Mutex<Lines>,
    /// Every other broadcast goes through the lines backwards. The processor still has in its cache
    /// what belongs to the last ones.
    is_backwards: AtomicBool,
    metrics: Arc<Metrics>,
}
// ANCHOR_END: audience

impl Audience {
    pub(crate) fn new(metrics: Arc<Metrics>) -> Self {
        Self { lines: Mutex::default(), is_backwards: AtomicBool::new(false), metrics }
    }

    /// Adds a line, which receives every broadcast to the lines from now on.
    pub(crate) fn add(&self, line: Arc<Line>) {
        Arc::make_mut(&mut self.guard()).push(line);
    }

    /// Removes a line. Returns the number of the other lines.
    pub(crate) fn remove(&self, line: &Arc<Line>) -> usize {
        let mut lines = self.guard();
        let lines = Arc::make_mut(&mut lines);
        if let Some(place) = lines.iter().position(|other| Arc::ptr_eq(other, line)) {
            lines.swap_remove(place);
        }
        lines.len()
    }

    /// Returns the lines of this moment.
    pub(crate) fn lines(&self) -> Lines {
        Arc::clone(&self.guard())
    }

    /// Returns the number of lines, and the bytes that wait on them.
    pub(crate) fn amount(&self) -> Amount {
        let lines = self.lines();
        let waiting = lines.iter().map(|line| line.waiting()).sum();
        Amount { lines: lines.len(), waiting }
    }

    fn guard(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // ANCHOR: send
    /// Sends a broadcast to these lines, and waits for none of the members. If there are many lines,
    /// several threads share the work. Returns whether somebody is behind.
    pub(crate) async fn send(&self, broadcast: Broadcast, lines: &Lines) -> bool {
        // In a box: a quiet room need not keep memory for it.
        Box::pin(self.send_in_parts(Arc::new(broadcast), lines)).await
    }

    async fn send_in_parts(&self, broadcast: Arc<Broadcast>, lines: &Lines) -> bool {
        let is_backwards = self.is_backwards.fetch_not(Ordering::Relaxed);
        let threads = Handle::current().metrics().num_workers();
        let parts = (lines.len() / PART_MIN).clamp(1, threads);
        let mut ranges = parts_of(lines.len(), parts);
        let own = ranges.next().unwrap_or_default();
        let mut others = JoinSet::new();
        for range in ranges {
            let (lines, broadcast) = (Arc::clone(lines), Arc::clone(&broadcast));
            let metrics = Arc::clone(&self.metrics);
            others.spawn(async move {
                deliver(&broadcast, &lines[range], is_backwards, &metrics).await
            });
        }
        let mut is_behind = deliver(&broadcast, &lines[own], is_backwards, &self.metrics).await;
        while let Some(others) = others.join_next().await {
            is_behind |= others.unwrap_or(true);
        }
        is_behind
    }
    // ANCHOR_END: send

    // ANCHOR: judge
    /// Ends the conversation with everybody who is too slow. Returns whether somebody has something to
    /// catch up on.
    fn judge(&self, limit: usize) -> bool {
        let now = Instant::now();
        let mut is_behind = false;
        for line in &*self.lines() {
            is_behind |= line.judge(limit, now);
        }
        is_behind
    }
    // ANCHOR_END: judge
}

/// When the members are judged next. Not at all while every member keeps up.
#[derive(Default)]
pub(crate) struct Judgement(Option<Instant>);

impl Judgement {
    /// Notes whether somebody was behind after a broadcast.
    pub(crate) fn note(&mut self, is_behind: bool) {
        if is_behind {
            self.0.get_or_insert_with(|| Instant::now() + JUDGE_INTERVAL);
        }
    }

    /// Returns when the members are to be judged.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.0
    }

    /// Judges the members, if it is time.
    pub(crate) fn judge(&mut self, audience: &Audience, limit: usize) {
        if self.0.is_some_and(|due| due <= Instant::now()) {
            self.0 = audience.judge(limit).then(|| Instant::now() + JUDGE_INTERVAL);
        }
    }
}

/// Waits until a time. Without a time, waits for ever.
pub(crate) async fn wait_until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => pending().await,
    }
}

/// Divides `length` things into parts of about the same size.
fn parts_of(length: usize, parts: usize) -> impl Iterator<Item = Range<usize>> {
    (0..parts).map(move |number| length * number / parts..length * (number + 1) / parts)
}

// ANCHOR: deliver
/// Sends a broadcast to some of the lines. Whoever has sent one of the messages comes last, because
/// the others are waiting for it. Returns whether somebody is behind.
async fn deliver(
    broadcast: &Broadcast,
    lines: &[Arc<Line>],
    is_backwards: bool,
    metrics: &Metrics,
) -> bool {
    let (mut messages, mut bytes, mut is_behind) = (0, 0, false);
    let mut deliver_to = |line: &Line| {
        let delivered = line.deliver(broadcast);
        messages += delivered.messages;
        bytes += delivered.bytes;
        is_behind |= delivered.is_behind;
    };
    let mut senders = Vec::new();
    // Tokio would let a task write to 128 connections, and then stop it. We give way ourselves.
    unconstrained(async {
        let (mut lines, mut count) = (lines.iter(), 0);
        while let Some(line) = if is_backwards { lines.next_back() } else { lines.next() } {
            if broadcast.is_from(&line.name) {
                senders.push(line);
            } else {
                deliver_to(line);
            }
            count += 1;
            if count % LINES_AT_A_TIME == 0 {
                yield_now().await;
            }
        }
        for line in senders {
            deliver_to(line);
        }
    })
    .await;
    metrics.messages_sent(messages, bytes);
    is_behind
}
// ANCHOR_END: deliver

//! A member's inbox: what the member has received, and what comes next.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use echo::{Encoded, Outgoing};
use event_log::{Cursor, Event, EventId, EventLog};
use serde::de::IgnoredAny;
use serde_json::Value;
use tokio::io::AsyncWrite;
use tokio::time::Instant;
use web::{Fields, Kind};

use crate::delivery::broadcast::{Batch, Broadcast, encode};
use crate::metrics::Metrics;
use crate::protocol::ServerMessage;

/// While more bytes than this wait in the output of a connection, further messages stay in the log,
/// where they cost nothing.
const READY_MAX: usize = 32 * 1024;
/// A member for whom much waits, and who takes nothing for this time, is too slow.
///
/// It is some seconds long, because a peer that reads all the time takes something in steps of up to a
/// megabyte: a system reports that there is room for more when a third of its buffer is free.
const SLOW_TIME: Duration = Duration::from_secs(5);

/// An answer to a message, for its sender alone.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) frame: Encoded,
    /// The place in the log of the message that this is about.
    pub(crate) id: Option<EventId>,
    /// Whether the message was not accepted.
    pub(crate) is_refusal: bool,
}

impl Answer {
    /// Returns the answer that a message or a vote was not accepted.
    pub(crate) fn refused(key: &str, reason: &str) -> Self {
        Self::refused_as(key.into(), reason)
    }

    /// Returns the answer to a text that cannot be read: the key that is in it, and what is wrong with
    /// one of the `expected` fields, or else how to write it.
    pub(crate) fn unreadable(text: &str, expected: &[(&str, Kind)], how: &str) -> Self {
        let fields = Fields::of(text);
        let problem = fields.problem(expected).unwrap_or_else(|| {
            match serde_json::from_str::<IgnoredAny>(text) {
                Ok(_) => how.to_owned(),
                Err(problem) => format!("it is not valid JSON ({problem}); {how}"),
            }
        });
        Self::refused_as(fields.echo("key"), &problem)
    }

    fn refused_as(key: Value, reason: &str) -> Self {
        let frame = encode(&ServerMessage::Refused { key, reason });
        Self { frame, id: None, is_refusal: true }
    }

    /// Returns the answer to a ping.
    pub(crate) fn pong() -> Self {
        Self { frame: encode(&ServerMessage::Pong {}), id: None, is_refusal: false }
    }
}

/// How the events of a log become frames.
pub(crate) struct Feed {
    /// Returns the frame of an event.
    pub(crate) frame: fn(&EventLog, &Event) -> Encoded,
    /// Returns what a member receives in the place of events that are no longer kept.
    pub(crate) gap: fn(&EventLog) -> Encoded,
}

// ANCHOR: inbox
/// What a member has received, and what comes next.
///
/// A member who keeps up receives each broadcast. A member who has just entered, or does not read
/// fast enough, is *behind*, and receives the messages from the log, a few at a time.
pub(crate) struct Inbox {
    feed: &'static Feed,
    /// The last message that the member has received.
    cursor: Cursor,
    /// Where the cursor was when we read from the member what is handled now.
    before: EventId,
    /// `None` for a member who has received the welcome, and knows no name before its announcement.
    newcomer: Option<Box<Newcomer>>,
    /// `None` for a member who keeps up.
    lag: Option<Box<Lag>>,
}

/// What concerns a member only at the beginning.
struct Newcomer {
    /// What the member receives first: the welcome.
    first: Option<Encoded>,
    /// Names that were in the member's welcome and are not announced in the room yet, in order.
    unannounced: Box<[Arc<str>]>,
}

/// How far a member is behind.
struct Lag {
    /// Bytes of messages that were broadcast since then.
    bytes: usize,
    /// When the member last took something.
    moved: Instant,
    /// The last message that was sent, and the bytes in the output, at the last judgement.
    received: EventId,
    pending: usize,
}
// ANCHOR_END: inbox

/// What became of a broadcast.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Delivered {
    /// Messages that were sent, and their bytes.
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
    /// Whether the connection's own task must be woken, to write the rest.
    pub(crate) must_wake: bool,
    /// Whether the member is behind.
    pub(crate) is_behind: bool,
}

impl Inbox {
    /// Returns an inbox of a member who receives `first`, and then what comes behind the cursor.
    pub(crate) fn new(
        feed: &'static Feed,
        cursor: Cursor,
        first: Encoded,
        unannounced: BTreeSet<Arc<str>>,
    ) -> Self {
        let before = cursor.after();
        let lag = Some(Box::new(Lag::new(before, 0)));
        let unannounced = unannounced.into_iter().collect();
        let newcomer = Some(Box::new(Newcomer { first: Some(first), unannounced }));
        Self { feed, cursor, before, newcomer, lag }
    }

    // ANCHOR: catch_up
    /// Sends what the member has missed, until 32 KiB wait in the output. Returns whether nothing is
    /// left to send.
    pub(crate) fn catch_up(
        &mut self,
        log: &EventLog,
        outgoing: &mut Outgoing<'_, impl AsyncWrite + Unpin>,
        metrics: &Metrics,
    ) -> bool {
        if let Some(first) = self.take_first() {
            send(&first, outgoing, metrics);
        }
        let Some(lag) = &mut self.lag else { return true };
        while outgoing.pending() < READY_MAX {
            let missed = log.read(&mut self.cursor, 1);
            if missed.is_gap {
                send(&(self.feed.gap)(log), outgoing, metrics);
            }
            for event in &missed.events {
                let frame = (self.feed.frame)(log, event);
                lag.bytes = lag.bytes.saturating_sub(frame.frames().len());
                send(&frame, outgoing, metrics);
            }
            if missed.events.is_empty() && !missed.is_gap {
                self.lag = None;
                return true;
            }
        }
        false
    }
    // ANCHOR_END: catch_up

    // ANCHOR: take
    /// Sends a broadcast to the member `name`, except messages that the member has already, or will
    /// receive from the log.
    pub(crate) fn take(
        &mut self,
        broadcast: &Broadcast,
        name: &str,
        outgoing: &mut Outgoing<'_, impl AsyncWrite + Unpin>,
    ) -> Delivered {
        // The connection's own task may not have run yet.
        if let Some(first) = self.take_first() {
            outgoing.send_encoded(&first);
        }
        let pending = outgoing.pending();
        let falls_behind =
            self.lag.is_none() && pending > 0 && pending + broadcast.bytes() > READY_MAX;
        if falls_behind {
            self.lag = Some(Box::new(Lag::new(self.cursor.after(), pending)));
        }
        let delivered = match (broadcast, &mut self.lag) {
            (Broadcast::Messages(batch), None) => self.take_messages(batch, name, outgoing),
            (Broadcast::Messages(_), Some(lag)) => {
                lag.bytes += broadcast.bytes();
                Delivered::default()
            }
            // ANCHOR_END: take
            (Broadcast::Joined(joined, frame), _) => match self.fresh_names(joined) {
                None => write(frame, outgoing),
                Some(names) if names.is_empty() => Delivered::default(),
                Some(names) => write(&encode(&ServerMessage::Joined { names: &names }), outgoing),
            },
            (Broadcast::Gap(next, frame), None) if *next > self.cursor.after() => {
                write(frame, outgoing)
            }
            // It is of no use to learn later who was typing.
            (Broadcast::Gap(..), _) | (Broadcast::Typing(..), Some(_)) => Delivered::default(),
            (Broadcast::Typing(who, _), None) if **who == *name => Delivered::default(),
            (Broadcast::Typing(_, frame) | Broadcast::News(frame), _) => write(frame, outgoing),
        };
        // The connection's own task has to catch up when there is room.
        let must_wake = delivered.must_wake || falls_behind;
        Delivered { must_wake, is_behind: self.lag.is_some(), ..delivered }
    }

    // ANCHOR: take_messages
    fn take_messages(
        &mut self,
        batch: &Batch,
        name: &str,
        outgoing: &mut Outgoing<'_, impl AsyncWrite + Unpin>,
    ) -> Delivered {
        if batch.first() > self.cursor.after() && !batch.is_from(name) {
            self.cursor.accept(batch.last());
            return write(batch.frames(), outgoing);
        }
        let frames = batch.frames_for(name, |id| self.cursor.accept(id));
        if frames.frames().is_empty() { Delivered::default() } else { write(&frames, outgoing) }
    }
    // ANCHOR_END: take_messages

    /// Returns what the member receives before everything else, once.
    fn take_first(&mut self) -> Option<Encoded> {
        let newcomer = self.newcomer.as_mut()?;
        let first = newcomer.first.take();
        if newcomer.unannounced.is_empty() {
            self.newcomer = None;
        }
        first
    }

    /// Returns the names of members who have joined, without those that were in the member's welcome.
    /// `None` if all of them are new.
    fn fresh_names(&mut self, joined: &[Arc<str>]) -> Option<Vec<Arc<str>>> {
        let known = self.newcomer.take()?.unannounced;
        Some(joined.iter().filter(|name| known.binary_search(name).is_err()).cloned().collect())
    }

    /// Notes that what is handled from now on is read now, and that everything else was handled.
    pub(crate) fn note_read(&mut self) {
        self.before = self.cursor.after();
    }

    // ANCHOR: answer
    /// Sends an answer, unless it is about a message that the member has not received yet. Then the
    /// message comes in its turn, after all older ones, and is the answer. Refusals are counted.
    pub(crate) fn answer(
        &self,
        answer: &Answer,
        outgoing: &mut Outgoing<'_, impl AsyncWrite + Unpin>,
        metrics: &Metrics,
    ) {
        if answer.is_refusal {
            metrics.message_refused();
        }
        if answer.id.is_none_or(|id| id <= self.before) {
            send(&answer.frame, outgoing, metrics);
        }
    }
    // ANCHOR_END: answer

    // ANCHOR: too_slow
    /// Returns whether more than `limit` bytes wait for the member, and the member has taken nothing
    /// for five seconds. `pending` bytes are in the output of the connection.
    ///
    /// A member who reads is not slow, however much was sent at once.
    pub(crate) fn is_too_slow(&mut self, pending: usize, limit: usize, now: Instant) -> bool {
        let Some(lag) = &mut self.lag else { return false };
        let received = self.cursor.after();
        if received > lag.received || pending < lag.pending {
            lag.moved = now;
        }
        (lag.received, lag.pending) = (received, pending);
        pending + lag.bytes > limit && now.duration_since(lag.moved) >= SLOW_TIME
    }
    // ANCHOR_END: too_slow

    /// Returns the bytes that wait in the log until the member has read what is before them.
    pub(crate) fn behind(&self) -> usize {
        self.lag.as_ref().map_or(0, |lag| lag.bytes)
    }

    /// Returns whether the member has something to catch up on.
    pub(crate) fn is_behind(&self) -> bool {
        self.lag.is_some()
    }

    /// Notes that nothing more is broadcast: the rest is read from the log.
    pub(crate) fn expect_no_broadcast(&mut self, pending: usize) {
        let received = self.cursor.after();
        self.lag.get_or_insert_with(|| Box::new(Lag::new(received, pending)));
    }
}

impl Lag {
    fn new(received: EventId, pending: usize) -> Self {
        Self { bytes: 0, moved: Instant::now(), received, pending }
    }
}

/// Sends a message that is not part of a broadcast, and counts it.
fn send(frame: &Encoded, outgoing: &mut Outgoing<'_, impl AsyncWrite + Unpin>, metrics: &Metrics) {
    metrics.messages_sent(1, frame.frames().len() as u64);
    outgoing.send_encoded(frame);
}

fn write(frames: &Encoded, outgoing: &mut Outgoing<'_, impl AsyncWrite + Unpin>) -> Delivered {
    let is_written = outgoing.write_encoded(frames);
    let (messages, bytes) = (frames.messages().len() as u64, frames.frames().len() as u64);
    Delivered { messages, bytes, must_wake: !is_written, is_behind: false }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

    use echo::{Clock, Connection, Endpoint, Limits, Role, Timeouts};
    use event_log::Place;
    use tokio::io::{AsyncReadExt as _, duplex};

    use super::*;

    static FEED: Feed = Feed { frame: |_, event| encode(&event.data), gap: |_| encode(&"gap") };

    /// The room may broadcast to a newcomer before the task of the newcomer's connection has run.
    #[tokio::test]
    async fn the_welcome_comes_before_every_broadcast() {
        let (stream, mut peer) = duplex(1024);
        let clock = Clock::start(Timeouts::default());
        let endpoint = Endpoint::new(Role::Server, Limits::default(), Vec::new(), None);
        let mut connection = Connection::new(stream, endpoint, &clock);
        let log = EventLog::open(&Place::Memory, polling::topics(10)).unwrap();
        let cursor = log.newcomer("room/tea", 0);
        let mut inbox = Inbox::new(&FEED, cursor, encode(&"welcome"), BTreeSet::new());
        inbox.take(&Broadcast::news(&"news"), "Ada", &mut connection.outgoing());
        assert!(inbox.catch_up(&log, &mut connection.outgoing(), &Metrics::default()));
        connection.flush().await.unwrap();
        let mut received = [0; 17];
        peer.read_exact(&mut received).await.unwrap();
        assert_eq!(&received, b"\x81\x09\"welcome\"\x81\x06\"news\""[..17].as_ref());
    }
}

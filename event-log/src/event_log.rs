//! The event log that callers use: append an event, read the events after an id, wait for the next
//! one; and enter a room under a name.

use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::agreed::entry::Draft;
use crate::agreed::fingerprint::Fingerprint;
use crate::agreed::names::Refusal;
use crate::agreed::sum::Topics;
use crate::event::{EventId, random_key};
use crate::file_driver;
use crate::process::core::Outcome;
use crate::process::cursor::{Cursor, Missed, Portion};
use crate::process::process::{NotAppended, Process, TooManyRooms};
use crate::redis::driver::drive;
use crate::redis_url::RedisUrl;
use crate::shared::{Loss, Shared};
use crate::status::LogStatus;

/// How long an attempt to enter waits for Redis. A page waits longer, so that it learns why it is refused.
const ENTER_TIME: Duration = Duration::from_secs(8);
/// How long [`EventLog::store`] waits until the event is stored.
const STORE_TIME: Duration = Duration::from_secs(10);
/// How long [`EventLog::wait`] waits for entries that another process has read already.
const CATCH_UP_TIME: Duration = Duration::from_secs(1);
/// How often it looks.
const CATCH_UP_INTERVAL: Duration = Duration::from_millis(10);
/// How long [`EventLog::close`] waits at most.
const CLOSE_TIME: Duration = Duration::from_secs(2);
/// How often it looks.
const CLOSE_INTERVAL: Duration = Duration::from_millis(5);

/// Where the events are stored.
#[derive(Clone, Debug)]
pub enum Place {
    /// In the memory of this process. They end with it.
    Memory,
    /// In a file in this folder.
    Folder(PathBuf),
    /// In this Redis, which other processes share.
    Redis(RedisUrl),
}

/// A handle to a log of events. A clone is a handle to the same log.
///
/// A process keeps a limited number of events and at most 8 MiB for each topic, and at most 1,000
/// topics and 256 MiB in total. When the limit on topics is reached, the topic that has been quiet
/// the longest is dropped, unless it is in use: see [`Topics`].
///
/// The log keeps nothing about its readers. A reader has a [`Cursor`] or sends an id with each
/// question. While it waits it is a future, which leaves nothing behind when the reader's connection
/// ends and the future is dropped. A common mistake is a queue for each visitor, which is never
/// removed (fault F20).
#[derive(Clone)]
pub struct EventLog {
    shared: Arc<Shared>,
    /// The task that talks to Redis or writes the file. It ends when the last handle is dropped.
    _driver: Arc<JoinSet<()>>,
}

/// A name in a room, for as long as this value is kept.
pub struct Membership {
    shared: Arc<Shared>,
    number: u64,
    lost: oneshot::Receiver<Loss>,
}

/// Why somebody was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotEntered {
    /// Another visitor has the name.
    #[error("that name is taken here: choose another")]
    NameTaken,
    /// Another visitor has a name that looks like it.
    #[error("that name looks like one that is taken here: choose another")]
    LooksTaken,
    /// The limit on rooms is reached.
    #[error("the server has reached its limit on rooms: join another room")]
    TooManyRooms,
    /// Redis was away for too long to ask whether the name is free.
    #[error("the servers cannot reach each other: no new name can be given out; try again")]
    Unreachable,
}

/// Why it is not known that an event was stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotStored {
    /// The event was not appended.
    #[error(transparent)]
    NotAppended(#[from] NotAppended),
    /// The event still waits to be stored.
    #[error("this is not stored yet, but may still be; send it again with the same key")]
    StillWaiting,
}

/// How often each content of a topic has occurred.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// The counts.
    pub counts: BTreeMap<Arc<str>, u64>,
    /// The last event that is included.
    pub newest: EventId,
}

impl EventLog {
    /// Opens a log. Must be called on a tokio runtime.
    ///
    /// # Errors
    /// A sentence about a folder that cannot be used.
    pub fn open(place: &Place, topics: Topics) -> Result<Self, String> {
        match place {
            Place::Memory => Ok(Self::in_memory(topics)),
            Place::Folder(folder) => Self::in_folder(folder, topics),
            Place::Redis(url) => Ok(Self::over_redis(url, topics)),
        }
    }

    /// Returns a log of this process alone.
    ///
    /// After a restart the log is empty. Its new ids are later than the old ones, unless the clock
    /// was set back. A reader that comes with an old id is told that something is missing.
    pub fn in_memory(topics: Topics) -> Self {
        let shared = Shared::new(|now| Process::in_memory(random_key().into(), topics, now));
        Self { shared: Arc::new(shared), _driver: Arc::default() }
    }

    /// Returns a log of this process alone that survives it, in a file in `folder`. An event is in the
    /// log when it is on the disk. Must be called on a tokio runtime.
    ///
    /// # Errors
    /// A sentence about a folder that cannot be used.
    pub fn in_folder(folder: &Path, topics: Topics) -> Result<Self, String> {
        let (shared, file) = file_driver::open(folder, topics)?;
        let shared = Arc::new(shared);
        let mut driver = JoinSet::new();
        driver.spawn(file_driver::drive(Arc::clone(&shared), file));
        Ok(Self { shared, _driver: Arc::new(driver) })
    }

    /// Returns a log that all processes share which use the same Redis.
    ///
    /// Each process keeps the last events of each topic and answers from them, even while Redis is
    /// away. Events that are appended meanwhile wait. The log connects in the background, and again
    /// whenever the connection is lost. Must be called on a tokio runtime.
    pub fn over_redis(url: &RedisUrl, topics: Topics) -> Self {
        let shared = Arc::new(Shared::new(|_| Process::over_redis(random_key().into(), topics)));
        let mut driver = JoinSet::new();
        driver.spawn(drive(Arc::clone(&shared), url.clone()));
        Self { shared, _driver: Arc::new(driver) }
    }

    /// Appends an event to a topic. Never waits. The event is in the log once it is stored, and then
    /// readers see it. Returns its id if it was in the log already.
    ///
    /// The sender gives the event a key, and appends it again under the same key if it does not
    /// know whether it arrived. An event is a repetition, and is dropped, if its topic, owner, key
    /// and content are those of one of the last 100,000 events. So an event that is sent several times
    /// is in the log once, and two owners may use the same key. See
    /// [`random_key`](crate::random_key).
    ///
    /// # Errors
    /// [`NotAppended`] while 10,000 events wait to be stored, or the file cannot be written.
    pub fn append(&self, draft: Draft) -> Result<Option<EventId>, NotAppended> {
        self.shared.with(|process, now| process.append(draft, now))
    }

    /// Appends several events, in their order and at the same moment. The result for each one is that
    /// of [`append`](Self::append). A hundred events at once take less time than one after the other:
    /// the log is locked once, the clock is read once, and the readers are notified once.
    pub fn append_all(
        &self,
        drafts: impl IntoIterator<Item = Draft>,
    ) -> Vec<Result<Option<EventId>, NotAppended>> {
        let with_fingerprint = |draft: Draft| {
            let fingerprint = Fingerprint::of(&draft);
            (draft, fingerprint)
        };
        // Before the log is locked.
        let drafts: Vec<(Draft, Fingerprint)> = drafts.into_iter().map(with_fingerprint).collect();
        self.shared.with(|process, now| process.append_all(drafts, now))
    }

    /// Appends an event, and waits until it is stored. Returns its id.
    ///
    /// # Errors
    /// [`NotStored`] if the event was not appended, or is not stored after ten seconds. Then the
    /// sender does not know whether it will be.
    pub async fn store(&self, draft: Draft) -> Result<EventId, NotStored> {
        let mut notifications = self.shared.topics.subscribe(&draft.topic);
        let fingerprint = Fingerprint::of(&draft);
        if let Some(id) = self.append(draft)? {
            return Ok(id);
        }
        let stored = async {
            loop {
                if let Some(id) = self.shared.look(|process| process.agreed().id_of(fingerprint)) {
                    return id;
                }
                // The sender of the notifications lives as long as this handle.
                let _ = notifications.changed().await;
            }
        };
        timeout(STORE_TIME, stored).await.map_err(|_| NotStored::StillWaiting)
    }

    /// Does the work that can wait, so that the next event is appended sooner. It is called after
    /// events were delivered. Everything is correct without it.
    pub fn tidy(&self) {
        self.shared.tidy();
    }

    /// Returns the id of the event that this one would repeat, if it is among the last 100,000 events.
    pub fn id_of(&self, draft: &Draft) -> Option<EventId> {
        let fingerprint = Fingerprint::of(draft);
        self.shared.look(|process| process.agreed().id_of(fingerprint))
    }

    /// Returns the events of a topic after `id`, oldest first, and whether some are missing.
    pub fn after(&self, topic: &str, id: EventId) -> Missed {
        let mut cursor = self.reader(topic, id);
        self.read(&mut cursor, usize::MAX)
    }

    // ANCHOR: wait
    /// Returns a portion of the events of a topic after `id`. If the topic has no such event, waits
    /// for the next one, at most for `at_most`. If `id` is later than all that this process has read,
    /// waits up to a second until it has caught up.
    pub async fn wait(
        &self,
        topic: &str,
        id: EventId,
        portion: Portion,
        at_most: Duration,
    ) -> Missed {
        // This receiver is all that the log keeps of a reader. We subscribe before the first look
        // at the events, so that an event which comes in between is not missed.
        let mut notifications = self.shared.topics.subscribe(topic);
        self.catch_up(id).await;
        let news = async {
            loop {
                let mut cursor = self.reader(topic, id);
                let missed = self.shared.look(|process| cursor.read_portion(process, portion));
                if missed.is_gap || !missed.events.is_empty() {
                    return missed;
                }
                let _ = notifications.changed().await;
            }
        };
        timeout(at_most, news).await.unwrap_or_default()
    }
    // ANCHOR_END: wait

    /// Waits until this process has read the log up to `id`, but no longer than [`CATCH_UP_TIME`].
    ///
    /// Another process may have given this id to a client, and may be some milliseconds ahead. After
    /// this time, the id is taken for one of a log that is lost.
    async fn catch_up(&self, id: EventId) {
        let deadline = Instant::now() + CATCH_UP_TIME;
        while self.shared.look(|process| Cursor::is_ahead(process, id)) && Instant::now() < deadline
        {
            sleep(CATCH_UP_INTERVAL).await;
        }
    }

    /// Returns the place of a newcomer to a topic, who receives its last `count` events first.
    pub fn newcomer(&self, topic: &str, count: usize) -> Cursor {
        self.shared.look(|process| Cursor::of_newcomer(process, topic, count))
    }

    /// Returns the place of a reader who has received everything up to `after`.
    pub fn reader(&self, topic: &str, after: EventId) -> Cursor {
        self.shared.look(|process| Cursor::of_reader(process, topic, after))
    }

    /// Returns what a reader receives next, up to `events_max` events.
    pub fn read(&self, cursor: &mut Cursor, events_max: usize) -> Missed {
        self.shared.look(|process| cursor.read(process, events_max))
    }

    /// Returns what a reader receives next, and the members who are present in the room of the same
    /// name at that moment, if `wants_members` says so. It is asked at the same moment, and has been
    /// [notified](Self::name_notifications) of everything before it.
    pub fn read_with_members(
        &self,
        cursor: &mut Cursor,
        events_max: usize,
        wants_members: impl FnOnce() -> bool,
    ) -> (Missed, Option<BTreeSet<Arc<str>>>) {
        self.shared.look(|process| {
            let missed = cursor.read(process, events_max);
            (missed, wants_members().then(|| process.here(cursor.topic())))
        })
    }

    /// Returns the id of the newest event in a topic, or `0-0` if the topic is empty.
    pub fn newest(&self, topic: &str) -> EventId {
        self.shared.look(|process| process.newest(topic))
    }

    /// Returns an id after which nothing of a topic is known to be missing, and which is not older
    /// than its newest event.
    pub fn end(&self, topic: &str) -> EventId {
        self.shared.look(|process| process.end(topic))
    }

    /// Returns a portion of the events of a topic after `id`, and the counts of the same moment, which
    /// include these events, all older ones, and all newer ones.
    pub fn after_counted(&self, topic: &str, id: EventId, portion: Portion) -> (Missed, Counted) {
        self.shared.look(|process| {
            let missed = Cursor::of_reader(process, topic, id).read_portion(process, portion);
            (missed, Counted::of(process, topic))
        })
    }

    /// Returns how often each content of a topic has occurred since the log began, whatever events
    /// are kept. The topic must be one of those that are [counted](Topics::counted).
    pub fn counted(&self, topic: &str) -> Counted {
        self.shared.look(|process| Counted::of(process, topic))
    }

    /// Returns the events of a topic that wait to be stored, from this number on, each with its key,
    /// and the number after them.
    pub fn pending(&self, topic: &str, from: u64) -> (Vec<Draft>, u64) {
        self.shared.look(|process| process.pending(topic, from))
    }

    // ANCHOR: enter
    /// Enters a room under a name. The name is given back when the membership is dropped, and also
    /// when this future is.
    ///
    /// A name has one holder in its room, in all processes together, and nobody else gets a name that
    /// looks like it. Somebody who comes with the session of the holder takes the name over. An empty
    /// session takes nothing over.
    ///
    /// # Errors
    /// [`NotEntered`], a reason for the person who wants to enter.
    pub async fn enter(
        &self,
        room: &str,
        name: &str,
        session: &str,
    ) -> Result<Membership, NotEntered> {
        let begin = |process: &mut Process, now| process.enter(room, name, session, now);
        let (number, entered, lost) =
            self.shared.enter(begin).map_err(|TooManyRooms| NotEntered::TooManyRooms)?;
        // From here on, whatever happens, the name is given back.
        let membership = Membership { shared: Arc::clone(&self.shared), number, lost };
        match timeout(ENTER_TIME, entered).await {
            Ok(Ok(Outcome::Admitted)) => Ok(membership),
            Ok(Ok(Outcome::Refused(Refusal::Alike))) => Err(NotEntered::LooksTaken),
            Ok(_) => Err(NotEntered::NameTaken),
            Err(_) => Err(NotEntered::Unreachable),
        }
    }
    // ANCHOR_END: enter

    /// Returns the members who are present in a room, in all processes.
    pub fn here(&self, room: &str) -> BTreeSet<Arc<str>> {
        self.shared.look(|process| process.here(room))
    }

    /// Returns a receiver that changes whenever a topic has new events. It may also change without a
    /// reason.
    pub fn message_notifications(&self, topic: &str) -> watch::Receiver<()> {
        self.shared.topics.subscribe(topic)
    }

    /// Returns a receiver that changes whenever somebody joins or leaves a room. It may also change
    /// without a reason.
    pub fn name_notifications(&self, room: &str) -> watch::Receiver<()> {
        self.shared.rooms.subscribe(room)
    }

    /// Returns the number of readers that are waiting now.
    pub fn waiting(&self) -> usize {
        self.shared.topics.waiting()
    }

    /// Watches whether this process is connected with the others. Over Redis, that is whether Redis
    /// can be reached and takes writes. Otherwise there are no others, and the value is always `true`.
    pub fn shared(&self) -> watch::Receiver<bool> {
        self.shared.connected.subscribe()
    }

    /// Returns what an operator wants to know.
    pub fn status(&self) -> LogStatus {
        self.shared.with(|process, now| process.status(now))
    }

    /// Returns whether this process is connected with the others: see [`shared`](Self::shared).
    pub fn is_shared(&self) -> bool {
        *self.shared.connected.borrow()
    }

    /// Gives back all names, and waits until everything is stored that was accepted, but not longer
    /// than two seconds. For the end of a process.
    pub async fn close(&self) {
        self.shared.with(Process::close);
        let closed = async {
            while !self.shared.look(Process::is_closed) {
                sleep(CLOSE_INTERVAL).await;
            }
        };
        let _ = timeout(CLOSE_TIME, closed).await;
    }
}

impl Counted {
    fn of(process: &Process, topic: &str) -> Self {
        let counts = process.agreed().counts(topic);
        let counts = counts.map(|(content, count)| (Arc::clone(content), count)).collect();
        Self { counts, newest: process.newest(topic) }
    }
}

impl Membership {
    /// Waits until the member loses the name. May be dropped and called again.
    pub async fn lost(&mut self) -> Loss {
        poll_fn(|context| self.poll_lost(context)).await
    }

    /// The same for a future that is written by hand.
    pub fn poll_lost(&mut self, context: &mut Context<'_>) -> Poll<Loss> {
        // The sender is kept for as long as the member is in.
        pin!(&mut self.lost).poll(context).map(|how| how.unwrap_or(Loss::GoesOn))
    }
}

// ANCHOR: drop
impl Drop for Membership {
    fn drop(&mut self) {
        self.shared.leave(self.number);
    }
}
// ANCHOR_END: drop

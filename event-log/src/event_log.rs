//! The event log that callers use: append an event, read the events after an id, wait for the
//! next one.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::event::{Event, EventId};
use crate::memory_log::MemoryLog;
use crate::outbox::{BATCH, Outbox, OutboxFull};
use crate::redis_stream::follow;
use crate::redis_url::RedisUrl;

/// A handle to a log of events. A clone is a handle to the same log.
///
/// A log keeps a limited number of events and at most 8 MiB for each topic, and at most 1,000
/// topics and 256 MiB in total. When the limit on topics is reached, the topic that has been quiet
/// the longest is dropped.
///
/// The log keeps nothing about its readers. A reader sends an id with each question. While it
/// waits it is a future, which leaves nothing behind when the reader's connection ends and the
/// future is dropped. A common mistake is a queue for each visitor, which is never removed (fault
/// F20).
#[derive(Clone)]
pub struct EventLog {
    memory: Arc<MemoryLog>,
    is_shared: Arc<watch::Sender<bool>>,
    redis: Option<RedisLink>,
}

/// Connects this process with the others.
#[derive(Clone)]
struct RedisLink {
    outbox: Arc<Outbox>,
    /// The task that talks to Redis. It ends when the last handle is dropped.
    _task: Arc<JoinSet<()>>,
}

impl EventLog {
    /// Returns a log over the Redis at this URL, or a log [in memory](Self::in_memory) if there is
    /// no URL.
    pub fn open(redis: Option<&RedisUrl>, events_max: usize) -> Self {
        match redis {
            Some(url) => Self::over_redis(url, events_max),
            None => Self::in_memory(events_max),
        }
    }

    /// Returns a log of this process alone, which keeps the last `events_max` events of each topic
    /// (at least one).
    ///
    /// After a restart the log is empty. Its new ids are later than the old ones, unless the clock
    /// was set back. So a reader that comes with an old id gets all events since the restart.
    pub fn in_memory(events_max: usize) -> Self {
        let is_shared = Arc::new(watch::Sender::new(true));
        Self { memory: Arc::new(MemoryLog::new(events_max)), is_shared, redis: None }
    }

    /// Returns a log that all processes share which use the same Redis.
    ///
    /// Each process keeps the last `events_max` events of each topic (at least 100) and answers
    /// from them, even while Redis is away. Events that are appended meanwhile wait. The log
    /// connects in the background, and again whenever the connection is lost. Must be called on a
    /// tokio runtime.
    pub fn over_redis(url: &RedisUrl, events_max: usize) -> Self {
        // A batch that was on its way when a connection broke may arrive twice. So the keys of at
        // least one batch must be kept.
        let memory = Arc::new(MemoryLog::new(events_max.max(BATCH)));
        let outbox = Arc::new(Outbox::default());
        let is_shared = Arc::new(watch::Sender::new(false));
        let mut task = JoinSet::new();
        let (for_task, its_outbox) = (Arc::clone(&memory), Arc::clone(&outbox));
        task.spawn(follow(url.clone(), for_task, its_outbox, Arc::clone(&is_shared)));
        let redis = Some(RedisLink { outbox, _task: Arc::new(task) });
        Self { memory, is_shared, redis }
    }

    /// Appends an event to a topic. Never waits. Over Redis, readers of this process see the event
    /// once it has come back from Redis, as all other processes do.
    ///
    /// The sender gives the event a key, and appends it again under the same key if it does not
    /// know whether it arrived. An event whose topic and key are those of an event that is kept is
    /// dropped. So "at least once" becomes "exactly once". See [`random_key`](crate::random_key).
    ///
    /// # Errors
    /// [`OutboxFull`] while 10,000 events wait for Redis. Never in memory.
    pub fn append(&self, topic: &str, key: &str, data: &str) -> Result<(), OutboxFull> {
        match &self.redis {
            None => self.memory.append(topic, key, data),
            Some(_) if self.id_of(topic, key).is_some() => {}
            Some(redis) => redis.outbox.add(topic, key, data)?,
        }
        Ok(())
    }

    /// Returns the id of the event with this topic and key, if it is kept.
    pub fn id_of(&self, topic: &str, key: &str) -> Option<EventId> {
        self.memory.history().id_of(topic, key)
    }

    /// Returns the events of a topic after `id` that are kept, oldest first.
    pub fn after(&self, topic: &str, id: EventId) -> Vec<Event> {
        self.memory.history().after(topic, id)
    }

    /// Returns the events of a topic after `id`, and waits for the first one if there are none.
    /// Returns an empty list if none came within `at_most`.
    pub async fn wait(&self, topic: &str, id: EventId, at_most: Duration) -> Vec<Event> {
        self.memory.wait(topic, id, at_most).await
    }

    /// Returns the id of a topic's newest event, or `0-0` if there is none.
    pub fn newest(&self, topic: &str) -> EventId {
        self.memory.history().newest_of(topic)
    }

    /// Returns the number of readers that are waiting now.
    pub fn waiting(&self) -> usize {
        self.memory.waiting()
    }

    /// Watches whether this process is connected with the others. Over Redis, that is whether Redis
    /// can be reached. In memory there are no others, and the value is always `true`.
    pub fn shared(&self) -> watch::Receiver<bool> {
        self.is_shared.subscribe()
    }
}

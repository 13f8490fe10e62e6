//! The event log: news is appended, and people want what came after the last thing they saw.

use std::sync::Arc;
use std::time::Duration;

use redis::Client;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::news::News;
use crate::outbox::{BATCH, Outbox};
use crate::redis_stream::follow;
use crate::{Event, EventId};

/// A handle to a log of events; a copy of it is a handle to the same log.
///
/// What is kept is bounded: so many events and at most 8 MiB for each topic, of at most 1,000 topics
/// and 256 MiB. For one more topic, the one goes whose newest event is the oldest.
///
/// Nothing is kept about those who read. A visitor is an id that comes with each question, and
/// while they wait, a future: dropped with the visitor's connection, it leaves nothing behind. The
/// tutorials keep a queue for each visitor, for ever (fault F20).
#[derive(Clone)]
pub struct EventLog {
    news: Arc<News>,
    is_shared: Arc<watch::Sender<bool>>,
    link: Option<Link>,
}

/// What connects this process with the others.
#[derive(Clone)]
struct Link {
    outbox: Arc<Outbox>,
    /// The task that talks to Redis ends with the last handle.
    _task: Arc<JoinSet<()>>,
}

/// An event was not appended: too many wait already for Redis to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too much is waiting to be stored; try again in a moment")]
pub struct Full;

impl EventLog {
    /// A log over the Redis at this address, or where there is none, [in memory](Self::in_memory).
    ///
    /// # Errors
    /// As [`over_redis`](Self::over_redis).
    pub fn open(redis: Option<&str>, kept: usize) -> Result<Self, String> {
        match redis {
            Some(url) => Self::over_redis(url, kept),
            None => Ok(Self::in_memory(kept)),
        }
    }

    /// A log of this process alone, of which the last `kept` events of each topic are kept (at
    /// least one).
    ///
    /// The log of a restarted process begins empty, and its ids are later than those before, unless
    /// the clock was set back meanwhile: who comes with an id from before gets everything since.
    #[must_use]
    pub fn in_memory(kept: usize) -> Self {
        let is_shared = Arc::new(watch::Sender::new(true));
        Self { news: Arc::new(News::new(kept)), is_shared, link: None }
    }

    /// A log that is shared by all processes that name the same Redis, such as
    /// `redis://127.0.0.1:6379`. Each keeps the last `kept` events of each topic (at least 100) and
    /// answers from them, even while Redis is away; what is appended meanwhile waits.
    ///
    /// Connects in the background, and again whenever the connection is lost. Must be called on a
    /// tokio runtime.
    ///
    /// # Errors
    /// A sentence about a `url` that makes no sense.
    pub fn over_redis(url: &str, kept: usize) -> Result<Self, String> {
        let client = Client::open(url).map_err(|error| {
            format!("cannot use {url}: {error}; write it like redis://127.0.0.1:6379")
        })?;
        // What was on the way when a connection broke may come twice: its keys must be known.
        let news = Arc::new(News::new(kept.max(BATCH)));
        let outbox = Arc::new(Outbox::default());
        let is_shared = Arc::new(watch::Sender::new(false));
        let mut task = JoinSet::new();
        task.spawn(follow(client, Arc::clone(&news), Arc::clone(&outbox), Arc::clone(&is_shared)));
        let link = Link { outbox, _task: Arc::new(task) };
        Ok(Self { news, is_shared, link: Some(link) })
    }

    /// Appends an event to a topic. Never waits. With Redis, the event is seen here once it has
    /// come back from there, as everywhere else.
    ///
    /// The sender gives the event a key, and says it again if they do not know whether it was
    /// heard: an event whose topic and key are those of one that is kept is dropped. So "at least
    /// once" becomes "exactly once". See [`fresh_key`](crate::fresh_key).
    ///
    /// # Errors
    /// [`Full`] while 10,000 events wait for Redis. In memory never.
    pub fn append(&self, topic: &str, key: &str, data: &str) -> Result<(), Full> {
        match &self.link {
            None => self.news.append(topic, key, data),
            Some(_) if self.id_of(topic, key).is_some() => {}
            Some(link) => link.outbox.add(topic, key, data)?,
        }
        Ok(())
    }

    /// The id of the event with this key, if it is kept: it has been heard.
    #[must_use]
    pub fn id_of(&self, topic: &str, key: &str) -> Option<EventId> {
        self.news.history().id_of(topic, key)
    }

    /// The events of a topic after `id`, as far as they are kept, oldest first.
    #[must_use]
    pub fn after(&self, topic: &str, id: EventId) -> Vec<Event> {
        self.news.history().after(topic, id)
    }

    /// The same, but waits for the first of them. Empty if none came in time.
    pub async fn wait(&self, topic: &str, id: EventId, at_most: Duration) -> Vec<Event> {
        self.news.wait(topic, id, at_most).await
    }

    /// The id of a topic's newest event; `0-0` if there is none.
    #[must_use]
    pub fn newest(&self, topic: &str) -> EventId {
        self.news.history().newest_of(topic)
    }

    /// How many are waiting for news right now.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.news.waiting()
    }

    /// Are we connected with the other processes? In memory there are none: always `true`. With
    /// Redis: whether it is there now.
    #[must_use]
    pub fn shared(&self) -> watch::Receiver<bool> {
        self.is_shared.subscribe()
    }
}

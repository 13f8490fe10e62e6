//! One log for many processes: a Redis stream, of which each process keeps a copy.
//!
//! The stream gives the ids and the order. A process reads it over one connection, however many
//! readers wait, and appends to it over another. A lost connection loses no event:
//!
//! 1. A process sends again the events that it has not seen in the stream. The others drop events
//!    that they know.
//! 2. A Redis that comes back without its newest events gets them back, under their own ids, from
//!    the processes that have seen them.
//! 3. So that all of these are back before anything new comes, no process appends in the first
//!    half second.
//!
//! One case remains. A process that is away for longer than the others, while Redis forgets, may
//! have seen events that nobody can put back in their place. Only that process keeps them.

use std::convert::Infallible;
use std::mem::take;
use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::streams::{StreamId, StreamRangeReply, StreamReadReply};
use redis::{AsyncConnectionConfig, Client, ErrorKind, RedisError, RedisResult, cmd, pipe};
use tokio::sync::watch;
use tokio::time::sleep;
use tracing::warn;

use crate::event::{Event, EventId};
use crate::memory_log::MemoryLog;
use crate::outbox::Outbox;
use crate::redis_url::RedisUrl;

/// The stream's key in Redis.
const STREAM: &str = "websocket-step-by-step";
/// Approximate number of events that Redis keeps: it removes old ones where that is cheap.
const STREAM_LENGTH: usize = 100_000;
/// Events that are read at a time.
const READ_MAX: usize = 1_000;
/// How long Redis holds our request for the next event: it is the long polling of this process.
const BLOCK_MILLISECONDS: usize = 1_000;
/// Time after which a Redis that does not answer counts as lost. Longer than the above.
const RESPONSE_TIME: Duration = Duration::from_secs(3);
/// Time between two attempts to connect. Much shorter than the time to settle, so that all processes
/// are back by then.
const RECONNECT_PAUSE: Duration = Duration::from_millis(100);
/// Time after connecting in which no process appends.
const SETTLE: Duration = Duration::from_millis(500);

/// Follows the stream without end, and connects again after each failure.
pub(crate) async fn follow(
    url: RedisUrl,
    memory: Arc<MemoryLog>,
    outbox: Arc<Outbox>,
    is_shared: Arc<watch::Sender<bool>>,
) {
    let client = url.client();
    let mut is_first = true;
    loop {
        let Err(problem) = session(&client, &memory, &outbox, &is_shared).await;
        // One line for each lost connection, and not for each attempt.
        if is_shared.send_if_modified(take) || is_first {
            warn!("{url}: {}; trying again", url.explain(&problem));
        }
        is_first = false;
        sleep(RECONNECT_PAUSE).await;
    }
}

/// Connects, and works until the connection is lost.
async fn session(
    client: &Client,
    memory: &MemoryLog,
    outbox: &Outbox,
    is_shared: &watch::Sender<bool>,
) -> RedisResult<Infallible> {
    let config = AsyncConnectionConfig::new().set_response_timeout(Some(RESPONSE_TIME));
    let mut writer = client.get_multiplexed_async_connection_with_config(&config).await?;
    let connection = client.get_multiplexed_async_connection_with_config(&config).await?;
    let position = memory.history().newest();
    let mut reader = Reader { connection, position, memory, outbox };
    // The events that came while we were away. Our own are among them, and must not be sent again.
    while reader.read(None).await? > 0 {}
    restore_lost(&mut writer, memory).await?;
    is_shared.send_replace(true);
    tokio::select! {
        ended = reader.read_all() => ended,
        ended = write_all(&mut writer, outbox) => ended,
    }
}

/// Reads the stream after a position.
struct Reader<'process> {
    connection: MultiplexedConnection,
    position: EventId,
    memory: &'process MemoryLog,
    outbox: &'process Outbox,
}

impl Reader<'_> {
    async fn read_all(&mut self) -> RedisResult<Infallible> {
        loop {
            self.read(Some(BLOCK_MILLISECONDS)).await?;
        }
    }

    /// Reads the next events into the memory of this process, and returns how many there were.
    /// `block` is how long Redis waits for the first of them, in milliseconds.
    async fn read(&mut self, block: Option<usize>) -> RedisResult<usize> {
        let mut request = cmd("XREAD");
        request.arg("COUNT").arg(READ_MAX);
        if let Some(milliseconds) = block {
            request.arg("BLOCK").arg(milliseconds);
        }
        request.arg("STREAMS").arg(STREAM).arg(self.position.to_string());
        let answer: Option<StreamReadReply> = request.query_async(&mut self.connection).await?;
        let entries = answer.into_iter().flat_map(|answer| answer.keys).flat_map(|key| key.ids);
        let mut count = 0;
        for entry in entries {
            self.position = id_of(&entry)?;
            count += 1;
            if let Some(event) = event_of(&entry, self.position) {
                self.outbox.confirm(&event);
                self.memory.insert(event);
            }
        }
        Ok(count)
    }
}

/// Sends Redis the events that we have seen there and that it has lost.
async fn restore_lost(writer: &mut MultiplexedConnection, memory: &MemoryLog) -> RedisResult<()> {
    let newest = newest_id(writer).await?;
    let lost = memory.history().all_after(newest);
    if lost.is_empty() {
        return Ok(());
    }
    for events in lost.chunks(READ_MAX) {
        let mut batch = pipe();
        for event in events {
            add(&mut batch, &event.id.to_string(), &event.topic, &event.key, &event.data);
        }
        // Redis refuses an event that another process has restored already. That is no failure.
        batch.ignore_errors().exec_async(writer).await?;
    }
    if newest_id(writer).await? < memory.history().newest() {
        return Err((ErrorKind::Client, "it does not take back what it has lost").into());
    }
    Ok(())
}

/// The id of the newest event in the stream.
async fn newest_id(connection: &mut MultiplexedConnection) -> RedisResult<EventId> {
    let mut request = cmd("XREVRANGE");
    request.arg(STREAM).arg("+").arg("-").arg("COUNT").arg(1);
    let answer: StreamRangeReply = request.query_async(connection).await?;
    answer.ids.first().map_or(Ok(EventId::default()), id_of)
}

/// Sends the pending events to Redis, and then each new one.
async fn write_all(writer: &mut MultiplexedConnection, outbox: &Outbox) -> RedisResult<Infallible> {
    sleep(SETTLE).await;
    let mut next = 0;
    loop {
        let (drafts, after_them) = outbox.batch(next).await;
        let mut batch = pipe();
        for draft in &drafts {
            add(&mut batch, "*", &draft.topic, &draft.key, &draft.data);
        }
        batch.exec_async(writer).await?;
        next = after_them;
    }
}

/// Adds the command that appends one event. With the id `*`, Redis chooses the next id.
fn add(batch: &mut redis::Pipeline, id: &str, topic: &str, key: &str, data: &str) {
    batch.cmd("XADD").arg(STREAM).arg("MAXLEN").arg("~").arg(STREAM_LENGTH);
    batch.arg(id).arg("t").arg(topic).arg("k").arg(key).arg("d").arg(data);
}

fn id_of(entry: &StreamId) -> RedisResult<EventId> {
    let invalid = |_| RedisError::from((ErrorKind::Parse, "an entry has an invalid id"));
    entry.id.parse().map_err(invalid)
}

/// Returns the event of an entry, or `None` if the entry is not one of ours.
fn event_of(entry: &StreamId, id: EventId) -> Option<Event> {
    let text = |field: &str| entry.get::<String>(field).map(Into::into);
    Some(Event { id, topic: text("t")?, key: text("k")?, data: text("d")? })
}

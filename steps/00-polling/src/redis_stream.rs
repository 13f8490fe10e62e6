//! One log for many processes: a Redis stream, of which each process keeps its own copy.
//!
//! The stream gives the ids and the order. A process reads it over one connection, whoever waits,
//! and sends what it has to say over another. Lost connections cost nothing:
//!
//! 1. A process says again what it has not seen in the stream. Others drop what they know.
//! 2. A Redis that comes back without its newest events gets them back, under their own ids, from
//!    those who have seen them.
//! 3. So that all of these are back before anything new comes, nobody appends in the first
//!    half second.
//!
//! What is left: a process that is away for longer than the others, while Redis forgets, may have
//! seen events that nobody can put back in their place. It keeps them, alone.

use std::convert::Infallible;
use std::mem::take;
use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::streams::{StreamId, StreamRangeReply, StreamReadReply};
use redis::{AsyncConnectionConfig, Client, ErrorKind, RedisError, RedisResult, cmd, pipe};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::news::News;
use crate::outbox::Outbox;
use crate::{Event, EventId};

/// The stream's key in Redis.
const STREAM: &str = "websocket-step-by-step";
/// Events that Redis keeps, more or less: it cuts where that is cheap.
const STREAM_LENGTH: usize = 100_000;
/// Events that are read in one go.
const READ_MAX: usize = 1_000;
/// How long Redis holds our question for news: it is the long polling of this process.
const BLOCK_MILLISECONDS: usize = 1_000;
/// Who does not answer for so long has lost us. More than the above.
const RESPONSE_TIME: Duration = Duration::from_secs(3);
/// Until we try again to connect. Much less than the time to settle, so that all are back by then.
const PAUSE: Duration = Duration::from_millis(100);
/// After connecting, the time in which nobody appends.
const SETTLE: Duration = Duration::from_millis(500);

/// Keeps up with the stream, for ever.
pub(crate) async fn follow(
    client: Client,
    news: Arc<News>,
    outbox: Arc<Outbox>,
    is_shared: Arc<watch::Sender<bool>>,
) {
    let mut is_first = true;
    loop {
        let Err(problem) = session(&client, &news, &outbox, &is_shared).await;
        // One line for each loss, and not for each try.
        if is_shared.send_if_modified(take) || is_first {
            eprintln!("redis: {problem}; trying again");
        }
        is_first = false;
        sleep(PAUSE).await;
    }
}

/// From connecting to losing the connection.
async fn session(
    client: &Client,
    news: &News,
    outbox: &Outbox,
    is_shared: &watch::Sender<bool>,
) -> RedisResult<Infallible> {
    let config = AsyncConnectionConfig::new().set_response_timeout(Some(RESPONSE_TIME));
    let mut writer = client.get_multiplexed_async_connection_with_config(&config).await?;
    let connection = client.get_multiplexed_async_connection_with_config(&config).await?;
    let position = news.history().newest();
    let mut reader = Reader { connection, position, news, outbox };
    // What came while we were away, our own among it: it must not be said again.
    while reader.read(None).await? > 0 {}
    put_back(&mut writer, news).await?;
    is_shared.send_replace(true);
    tokio::select! {
        ended = reader.read_on() => ended,
        ended = write_on(&mut writer, outbox) => ended,
    }
}

/// Reads the stream from a position on.
struct Reader<'process> {
    connection: MultiplexedConnection,
    position: EventId,
    news: &'process News,
    outbox: &'process Outbox,
}

impl Reader<'_> {
    async fn read_on(&mut self) -> RedisResult<Infallible> {
        loop {
            self.read(Some(BLOCK_MILLISECONDS)).await?;
        }
    }

    /// Takes in the next events, and returns how many there were. `block` is how long Redis waits
    /// for the first of them, in milliseconds.
    async fn read(&mut self, block: Option<usize>) -> RedisResult<usize> {
        let mut question = cmd("XREAD");
        question.arg("COUNT").arg(READ_MAX);
        if let Some(milliseconds) = block {
            question.arg("BLOCK").arg(milliseconds);
        }
        question.arg("STREAMS").arg(STREAM).arg(self.position.to_string());
        let answer: Option<StreamReadReply> = question.query_async(&mut self.connection).await?;
        let entries = answer.into_iter().flat_map(|answer| answer.keys).flat_map(|key| key.ids);
        let mut count = 0;
        for entry in entries {
            self.position = id_of(&entry)?;
            count += 1;
            if let Some(event) = event_of(&entry, self.position) {
                self.outbox.heard(&event);
                self.news.take_in(event);
            }
        }
        Ok(count)
    }
}

/// Gives Redis back what we have seen there and it has lost.
async fn put_back(writer: &mut MultiplexedConnection, news: &News) -> RedisResult<()> {
    let newest = newest_id(writer).await?;
    let lost = news.history().all_after(newest);
    if lost.is_empty() {
        return Ok(());
    }
    for events in lost.chunks(READ_MAX) {
        let mut batch = pipe();
        for event in events {
            add(&mut batch, &event.id.to_string(), &event.topic, &event.key, &event.data);
        }
        // Redis refuses what is there already: somebody else was first, and all is well.
        batch.ignore_errors().exec_async(writer).await?;
    }
    if newest_id(writer).await? < news.history().newest() {
        return Err((ErrorKind::Client, "it does not take back what it has lost").into());
    }
    Ok(())
}

/// The id of the newest event in the stream.
async fn newest_id(connection: &mut MultiplexedConnection) -> RedisResult<EventId> {
    let mut question = cmd("XREVRANGE");
    question.arg(STREAM).arg("+").arg("-").arg("COUNT").arg(1);
    let answer: StreamRangeReply = question.query_async(connection).await?;
    answer.ids.first().map_or(Ok(EventId::default()), id_of)
}

/// Sends what is appended, and first of all what has not been heard.
async fn write_on(writer: &mut MultiplexedConnection, outbox: &Outbox) -> RedisResult<Infallible> {
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

/// One event on its way to Redis. The id `*` asks for the next one.
fn add(batch: &mut redis::Pipeline, id: &str, topic: &str, key: &str, data: &str) {
    batch.cmd("XADD").arg(STREAM).arg("MAXLEN").arg("~").arg(STREAM_LENGTH);
    batch.arg(id).arg("t").arg(topic).arg("k").arg(key).arg("d").arg(data);
}

fn id_of(entry: &StreamId) -> RedisResult<EventId> {
    let is_none = |_| RedisError::from((ErrorKind::Parse, "an id in the stream is none"));
    entry.id.parse().map_err(is_none)
}

/// `None` for an entry that is none of ours.
fn event_of(entry: &StreamId, id: EventId) -> Option<Event> {
    let text = |field: &str| entry.get::<String>(field).map(Into::into);
    Some(Event { id, topic: text("t")?, key: text("k")?, data: text("d")? })
}

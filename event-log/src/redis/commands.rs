//! One command of a process, carried out by Redis.

use std::collections::{BTreeMap, HashMap};

use redis::aio::MultiplexedConnection;
use redis::streams::{StreamRangeReply, StreamReadReply};
use redis::{AsyncConnectionConfig, RedisError, RedisResult, Value, cmd, from_redis_value, pipe};

use crate::agreed::entry::{Entry, ProcessId};
use crate::event::EventId;
use crate::process::command::{Addition, BLOCK, Checked, Command, Lane, READ_MAX, Reply};
use crate::redis::entries::{entry_of, fields_of, fields_of_addition, id_of};
use crate::redis_url::RedisUrl;

/// The key of the log in Redis, a stream.
const LOG: &str = "websocket-step-by-step/log";
/// The key of the signs of life, a hash with a count for each process.
const ALIVE: &str = "websocket-step-by-step/alive";
/// Approximate number of entries that Redis keeps: it removes old ones where that is cheap.
const LOG_LENGTH: usize = 100_000;

/// What Redis tells of a stream, by name.
type StreamInfo = HashMap<String, Value>;

/// The three connections of a process.
#[derive(Clone)]
pub(crate) struct Connections {
    reader: MultiplexedConnection,
    writer: MultiplexedConnection,
    pulse: MultiplexedConnection,
}

impl Connections {
    /// Opens all three. The process itself decides how long it waits for an answer.
    pub(crate) async fn open(url: &RedisUrl) -> RedisResult<(Self, String)> {
        let client = url.client();
        let config =
            AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
        let connect = || client.get_multiplexed_async_connection_with_config(&config);
        let (mut reader, writer, pulse) = (connect().await?, connect().await?, connect().await?);
        let info: RedisResult<String> = cmd("INFO").arg("server").query_async(&mut reader).await;
        // Some providers do not allow this question. Then every connection may be to a new Redis.
        let info = info.unwrap_or_default();
        let run = info.lines().find_map(|line| line.strip_prefix("run_id:"));
        let run = run.unwrap_or_default().trim().to_owned();
        Ok((Self { reader, writer, pulse }, run))
    }

    fn lane(&mut self, lane: Lane) -> &mut MultiplexedConnection {
        match lane {
            Lane::Reader => &mut self.reader,
            Lane::Writer => &mut self.writer,
            Lane::Pulse => &mut self.pulse,
        }
    }

    /// Carries out a command that needs the connections to be open.
    pub(crate) async fn run(mut self, lane: Lane, command: Command) -> RedisResult<Reply> {
        let connection = self.lane(lane);
        match command {
            Command::Check { upto } => check(connection, upto).await.map(Reply::Checked),
            Command::Restore { after, entries } => restore(connection, after, &entries).await,
            Command::Read { after, is_blocking } => {
                read(connection, after, is_blocking).await.map(Reply::Entries)
            }
            Command::Append { after, silent, additions } => {
                append(connection, after, &silent, &additions).await
            }
            Command::Pulse { process, beat, gone } => pulse(connection, &process, beat, gone).await,
            Command::Farewell { process } => {
                cmd("HDEL").arg(ALIVE).arg(&*process).exec_async(connection).await?;
                Ok(Reply::Written)
            }
            Command::Connect | Command::Disconnect | Command::Store(..) => Ok(Reply::Written),
        }
    }
}

/// Returns whether Redis has answered with an error. Otherwise the connection is not usable.
pub(crate) fn is_refusal(error: &RedisError) -> bool {
    error.code().is_some() && !error.is_io_error()
}

async fn check(connection: &mut MultiplexedConnection, upto: EventId) -> RedisResult<Checked> {
    let mut questions = pipe();
    questions.cmd("XREVRANGE").arg(LOG).arg(upto.to_string()).arg("-").arg("COUNT").arg(1);
    questions.cmd("XREVRANGE").arg(LOG).arg("+").arg("-").arg("COUNT").arg(1);
    questions.cmd("XRANGE").arg(LOG).arg("-").arg("+").arg("COUNT").arg(1);
    questions.cmd("XLEN").arg(LOG);
    let (base, newest, oldest, length): (
        StreamRangeReply,
        StreamRangeReply,
        StreamRangeReply,
        usize,
    ) = questions.query_async(connection).await?;
    let first = |reply: StreamRangeReply| reply.ids.first().map(id_of).transpose();
    let oldest = first(oldest)?;
    let is_trimmed = oldest.is_some() && is_trimmed(connection, length).await;
    Ok(Checked {
        base: first(base)?.unwrap_or_default(),
        newest: first(newest)?.unwrap_or_default(),
        trimmed_to: oldest.filter(|_| is_trimmed),
    })
}

/// Returns whether entries have been removed from the log, which had this length a moment ago. A Redis
/// before version 7 does not say how many it has had, and then a log of full length counts as trimmed.
async fn is_trimmed(connection: &mut MultiplexedConnection, length: usize) -> bool {
    let info: RedisResult<StreamInfo> =
        cmd("XINFO").arg("STREAM").arg(LOG).query_async(connection).await;
    let mut info = info.unwrap_or_default();
    // Both numbers are of the same moment. Others append meanwhile.
    let mut number = |name| -> Option<usize> { from_redis_value(info.remove(name)?).ok() };
    match (number("entries-added"), number("length")) {
        (Some(added), Some(length)) => added > length,
        _ => length >= LOG_LENGTH,
    }
}

async fn read(
    connection: &mut MultiplexedConnection,
    after: EventId,
    is_blocking: bool,
) -> RedisResult<Vec<Entry>> {
    let mut request = cmd("XREAD");
    request.arg("COUNT").arg(READ_MAX);
    if is_blocking {
        request.arg("BLOCK").arg(BLOCK.as_millis().to_string());
    }
    request.arg("STREAMS").arg(LOG).arg(after.to_string());
    let answer: Option<StreamReadReply> = request.query_async(connection).await?;
    let stored = answer.into_iter().flat_map(|answer| answer.keys).flat_map(|key| key.ids);
    stored.map(|stored| entry_of(&stored)).collect()
}

// ANCHOR: append
/// Writes entries, unless the log has lost the entry `after`, or the entries give up a process that is
/// alive. Redis runs the script as one command, so nothing can happen between the checks and the
/// writes.
///
/// With the id `*`, Redis chooses the next id. An entry that is given back has its own id. Redis
/// refuses it if another process has given it back already, and that is not an error.
const WRITE: &str = r"
local function parts(id)
  local milliseconds, sequence = string.match(id, '(%d+)-(%d+)')
  return tonumber(milliseconds), tonumber(sequence)
end
local milliseconds, sequence = parts(ARGV[1])
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local newest_milliseconds, newest_sequence = parts(newest and newest[1] or '0-0')
if newest_milliseconds < milliseconds
  or newest_milliseconds == milliseconds and newest_sequence < sequence then
  return 0
end
local next = 4 + 2 * ARGV[3]
for silent = 4, next - 1, 2 do
  local beat = redis.call('HGET', KEYS[2], ARGV[silent])
  if beat and beat ~= ARGV[silent + 1] then
    return 2
  end
end
while next <= #ARGV do
  local id, fields = ARGV[next], tonumber(ARGV[next + 1])
  local add = id == '*' and redis.call or redis.pcall
  add('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], id, unpack(ARGV, next + 2, next + 1 + fields))
  next = next + 2 + fields
end
return 1
";
// ANCHOR_END: append

async fn append(
    connection: &mut MultiplexedConnection,
    after: EventId,
    silent: &[(ProcessId, u64)],
    additions: &[Addition],
) -> RedisResult<Reply> {
    let entries = additions.iter().map(|addition| ("*".to_owned(), fields_of_addition(addition)));
    write(connection, after, silent, entries).await
}

async fn restore(
    connection: &mut MultiplexedConnection,
    after: EventId,
    entries: &[Entry],
) -> RedisResult<Reply> {
    let entries = entries.iter().map(|Entry { id, record, snapshot }| {
        (id.to_string(), fields_of(record.as_ref(), snapshot.as_ref()))
    });
    write(connection, after, &[], entries).await
}

async fn write(
    connection: &mut MultiplexedConnection,
    after: EventId,
    silent: &[(ProcessId, u64)],
    entries: impl Iterator<Item = (String, Vec<[String; 2]>)>,
) -> RedisResult<Reply> {
    let mut call = cmd("EVAL");
    call.arg(WRITE).arg(2).arg(LOG).arg(ALIVE);
    call.arg(after.to_string()).arg(LOG_LENGTH).arg(silent.len());
    for (process, beat) in silent {
        call.arg(&**process).arg(beat);
    }
    for (id, fields) in entries {
        call.arg(id).arg(2 * fields.len());
        for [name, value] in fields {
            call.arg(name).arg(value);
        }
    }
    Ok(match call.query_async(connection).await? {
        0 => Reply::Forgotten,
        2 => Reply::Alive,
        _ => Reply::Written,
    })
}

async fn pulse(
    connection: &mut MultiplexedConnection,
    process: &ProcessId,
    beat: u64,
    gone: Vec<ProcessId>,
) -> RedisResult<Reply> {
    let mut batch = pipe();
    batch.cmd("HSET").arg(ALIVE).arg(&**process).arg(beat);
    batch.cmd("HGETALL").arg(ALIVE);
    for process in &gone {
        batch.cmd("HDEL").arg(ALIVE).arg(&**process).ignore();
    }
    let (created, beats): (u32, BTreeMap<String, u64>) = batch.query_async(connection).await?;
    let beats = beats.into_iter().map(|(process, beat)| (process.into(), beat)).collect();
    Ok(Reply::Pulsed { is_new: created > 0, beats })
}

//! Who is here, across processes: a claim on each name, kept in Redis for as long as its process lives.
//!
//! News must not be lost, so it stands in a log. Who is here is different: it only has to be right
//! *now*. So each process looks twice a second, and whatever went wrong meanwhile has healed.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use polling::fresh_key;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisResult, Script, cmd, pipe};
use tokio::sync::Notify;
use tokio::time::{interval, timeout};

use crate::room::Room;
use crate::rooms::Rooms;

type Names = BTreeSet<Arc<str>>;

/// How often we look.
const LOOK: Duration = Duration::from_millis(500);
/// A process that has not looked for so long is dead, and its names are free: in seconds.
const ALIVE: u64 = 3;
/// Who does not answer for so long is away.
const ANSWER: Duration = Duration::from_secs(1);

/// Takes a name, unless a process that is alive has it for another session. Whoever comes back with
/// the same session finds their name free.
const CLAIM: &str = r"
local owner = redis.call('HGET', KEYS[1], ARGV[1])
if owner and owner ~= ARGV[2] then
    local process, session = string.match(owner, '^([^/]*)/(.*)$')
    if (session == '' or session ~= ARGV[3]) and redis.call('EXISTS', ARGV[4] .. process) == 1 then
        return 0
    end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1";
/// Gives a name back, if it is still ours.
const RELEASE: &str = r"
local owner = redis.call('HGET', KEYS[1], ARGV[1])
if owner and string.sub(owner, 1, #ARGV[2]) == ARGV[2] then
    redis.call('HDEL', KEYS[1], ARGV[1])
end";

/// This process among the others.
#[derive(Clone)]
pub(crate) struct Presence {
    process: Arc<str>,
    redis: ConnectionManager,
    /// Rooms and names in them that somebody has left, until Redis knows.
    released: Arc<Mutex<Vec<(String, String)>>>,
    more_released: Arc<Notify>,
}

impl Presence {
    /// Connects in the background, and again whenever that is needed.
    ///
    /// # Errors
    /// A sentence about a `url` that makes no sense.
    pub(crate) fn over_redis(url: &str) -> Result<Self, String> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(ANSWER))
            .set_response_timeout(Some(ANSWER))
            .set_number_of_retries(1)
            .set_max_delay(LOOK);
        let client = Client::open(url).map_err(|error| error.to_string())?;
        let redis = ConnectionManager::new_lazy_with_config(client, config);
        let redis = redis.map_err(|error| error.to_string())?;
        let (released, more_released) = (Arc::default(), Arc::default());
        Ok(Self { process: fresh_key().into(), redis, released, more_released })
    }

    /// Claims a name for us. `None` when Redis is away.
    pub(crate) async fn claim(&self, room: &str, name: &str, session: &str) -> Option<bool> {
        let script = Script::new(CLAIM);
        let mut claim = script.key(key_of(room));
        claim.arg(name).arg(self.owner(session)).arg(session).arg(alive_key(""));
        let mut redis = self.redis.clone();
        let answer = timeout(ANSWER, claim.invoke_async::<bool>(&mut redis)).await;
        answer.ok()?.ok()
    }

    /// Gives a name back, as soon as Redis is there to take it.
    pub(crate) fn release(&self, room: &str, name: &str) {
        self.released().push((room.to_owned(), name.to_owned()));
        self.more_released.notify_one();
    }

    fn released(&self) -> MutexGuard<'_, Vec<(String, String)>> {
        self.released.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks, for as long as there are rooms.
    pub(crate) async fn look_after(mut self, rooms: Weak<Rooms>) {
        let mut ticks = interval(LOOK);
        loop {
            let is_time = tokio::select! {
                _ = ticks.tick() => true,
                () = self.more_released.notified() => false,
            };
            let Some(rooms) = rooms.upgrade() else { return };
            let _ = timeout(ANSWER, self.give_back(&rooms)).await;
            if !is_time {
                continue;
            }
            for room in rooms.all() {
                if let Ok(Ok(elsewhere)) = timeout(ANSWER, self.look(&room)).await {
                    room.set_elsewhere(elsewhere);
                }
            }
            let _ = timeout(ANSWER, self.live()).await;
        }
    }

    /// Gives back the names of those who have left, unless they are here again.
    async fn give_back(&mut self, rooms: &Rooms) -> RedisResult<()> {
        let script = Script::new(RELEASE);
        let waiting = self.released().clone();
        for (room, name) in &waiting {
            if !rooms.has(room, name) {
                let mut release = script.key(key_of(room));
                release.arg(name).arg(self.owner(""));
                release.invoke_async::<()>(&mut self.redis).await?;
            }
            // Only now: Redis may have been away.
            self.released().retain(|(other_room, other)| other_room != room || other != name);
        }
        Ok(())
    }

    /// Says that we are alive.
    async fn live(&mut self) -> RedisResult<()> {
        let key = alive_key(&self.process);
        cmd("SET").arg(key).arg(1).arg("EX").arg(ALIVE).query_async(&mut self.redis).await
    }

    /// Who is in a room elsewhere. Mends what it finds on the way: our own names that Redis has
    /// forgotten, those that have gone on elsewhere, and names of the dead.
    async fn look(&mut self, room: &Room) -> RedisResult<Names> {
        let (elsewhere, dead, ours) = self.find(&room.name).await?;
        let key = key_of(&room.name);
        let mut mend = pipe();
        for (name, session) in room.here() {
            if elsewhere.contains(&name) {
                room.goes_on_elsewhere(&name);
            } else if !ours.contains(&name) {
                mend.cmd("HSETNX").arg(&key).arg(&*name).arg(self.owner(&session)).ignore();
            }
        }
        if !dead.is_empty() {
            mend.cmd("HDEL").arg(&key).arg(dead).ignore();
        }
        // To send nothing would be an error.
        if !mend.is_empty() {
            mend.exec_async(&mut self.redis).await?;
        }
        Ok(elsewhere)
    }

    /// Who is in a room elsewhere, for its first member here. Nobody, while Redis is away.
    pub(crate) async fn elsewhere(&self, room: &str) -> Names {
        let mut this = self.clone();
        let found = timeout(ANSWER, this.find(room)).await;
        found.ok().and_then(Result::ok).map(|(elsewhere, ..)| elsewhere).unwrap_or_default()
    }

    /// The names in a room: on other servers that are alive, on dead ones, and on this one.
    async fn find(&mut self, room: &str) -> RedisResult<(Names, Vec<String>, Names)> {
        let found: HashMap<String, String> =
            cmd("HGETALL").arg(key_of(room)).query_async(&mut self.redis).await?;
        let mut processes: HashMap<&str, Vec<&String>> = HashMap::new();
        for (name, owner) in &found {
            let process = owner.split('/').next().unwrap_or_default();
            processes.entry(process).or_default().push(name);
        }
        let (mut elsewhere, mut dead, mut ours) = (Names::new(), Vec::new(), Names::new());
        for (process, names) in processes {
            let shared = names.iter().map(|name| Arc::from(name.as_str()));
            if process == &*self.process {
                ours.extend(shared);
            } else if cmd("EXISTS").arg(alive_key(process)).query_async(&mut self.redis).await? {
                elsewhere.extend(shared);
            } else {
                dead.extend(names.into_iter().cloned());
            }
        }
        Ok((elsewhere, dead, ours))
    }

    /// What is written behind a name of ours.
    fn owner(&self, session: &str) -> String {
        format!("{}/{session}", self.process)
    }
}

/// The hash with a room's names, each with its process and session.
fn key_of(room: &str) -> String {
    format!("websocket-step-by-step/room/{room}")
}

/// The key that is there as long as a process is.
fn alive_key(process: &str) -> String {
    format!("websocket-step-by-step/alive/{process}")
}

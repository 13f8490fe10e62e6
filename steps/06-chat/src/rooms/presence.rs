//! The members of all processes: Redis keeps a claim on each name for as long as its process lives.
//!
//! A message must not be lost, so it is in a log. A list of members is different: it only has to be
//! right *now*. So each process looks again and again, and corrects what went wrong meanwhile.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use event_log::{RedisUrl, random_key};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{RedisResult, Script, cmd, pipe};
use tokio::sync::Notify;
use tokio::time::timeout;

/// A set of members' names.
pub(crate) type Names = BTreeSet<Arc<str>>;

/// How long a process counts as alive after it has last said so, in seconds. Then its names are
/// free.
const ALIVE_SECONDS: u64 = 3;
/// Time after which a Redis that does not answer counts as away.
pub(crate) const RESPONSE_TIME: Duration = Duration::from_secs(1);
/// The longest pause between two attempts to connect.
const RECONNECT_PAUSE_MAX: Duration = Duration::from_millis(500);

/// Takes a name, unless a process that is alive has it for another session. A page that comes back
/// with the same session gets its name.
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
/// Releases a name, if it is still ours.
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
    /// Rooms, and the names of members who have left them, until Redis knows.
    released: Arc<Mutex<Vec<(String, String)>>>,
    /// Notified when a name is added to `released`.
    pub(crate) more_released: Arc<Notify>,
}

/// The names in a room, by who holds them.
pub(crate) struct Claims {
    /// Names that other living processes hold.
    pub(crate) remote: Names,
    /// Names that dead processes held.
    pub(crate) dead: Vec<String>,
    /// Names that this process holds.
    pub(crate) local: Names,
}

impl Presence {
    /// Returns the presence of this process. Connects in the background, and again whenever that is
    /// needed.
    ///
    /// # Errors
    /// A sentence, if the client cannot be set up.
    pub(crate) fn over_redis(url: &RedisUrl) -> Result<Self, String> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(RESPONSE_TIME))
            .set_response_timeout(Some(RESPONSE_TIME))
            .set_number_of_retries(1)
            .set_max_delay(RECONNECT_PAUSE_MAX);
        let redis = ConnectionManager::new_lazy_with_config(url.client(), config);
        let redis = redis.map_err(|error| url.explain(&error))?;
        let (released, more_released) = (Arc::default(), Arc::default());
        Ok(Self { process: random_key().into(), redis, released, more_released })
    }

    /// Claims a name for this process. Returns whether it is ours now, or `None` if Redis is away.
    pub(crate) async fn claim(&self, room: &str, name: &str, session: &str) -> Option<bool> {
        let script = Script::new(CLAIM);
        let mut claim = script.key(key_of(room));
        claim.arg(name).arg(self.owner(session)).arg(session).arg(alive_key(""));
        let mut redis = self.redis.clone();
        let answer = timeout(RESPONSE_TIME, claim.invoke_async::<bool>(&mut redis)).await;
        answer.ok()?.ok()
    }

    /// Releases a name, as soon as Redis can be reached.
    pub(crate) fn release(&self, room: &str, name: &str) {
        self.released().push((room.to_owned(), name.to_owned()));
        self.more_released.notify_one();
    }

    fn released(&self) -> MutexGuard<'_, Vec<(String, String)>> {
        self.released.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Releases the names of members who have left, except those that are back: `is_local`.
    pub(crate) async fn release_left(
        &mut self,
        is_local: impl Fn(&str, &str) -> bool,
    ) -> RedisResult<()> {
        let script = Script::new(RELEASE);
        let waiting = self.released().clone();
        for (room, name) in &waiting {
            if !is_local(room, name) {
                let mut release = script.key(key_of(room));
                release.arg(name).arg(self.owner(""));
                release.invoke_async::<()>(&mut self.redis).await?;
            }
            // Only now, because Redis may have been away.
            self.released().retain(|(other_room, other)| other_room != room || other != name);
        }
        Ok(())
    }

    /// Tells Redis that this process is alive.
    pub(crate) async fn say_alive(&mut self) -> RedisResult<()> {
        let key = alive_key(&self.process);
        cmd("SET").arg(key).arg(1).arg("EX").arg(ALIVE_SECONDS).query_async(&mut self.redis).await
    }

    /// Claims names of ours that Redis has forgotten, each with its session, and removes names of
    /// dead processes.
    pub(crate) async fn correct(
        &mut self,
        room: &str,
        forgotten: &[(Arc<str>, String)],
        dead: Vec<String>,
    ) -> RedisResult<()> {
        let key = key_of(room);
        let mut corrections = pipe();
        for (name, session) in forgotten {
            corrections.cmd("HSETNX").arg(&key).arg(&**name).arg(self.owner(session)).ignore();
        }
        if !dead.is_empty() {
            corrections.cmd("HDEL").arg(&key).arg(dead).ignore();
        }
        // Redis takes an empty pipeline for an error.
        if !corrections.is_empty() {
            corrections.exec_async(&mut self.redis).await?;
        }
        Ok(())
    }

    /// Returns the names in a room on other servers, for its first member here. Returns no names
    /// while Redis is away.
    pub(crate) async fn remote_names(&self, room: &str) -> Names {
        let mut this = self.clone();
        let claims = timeout(RESPONSE_TIME, this.claims(room)).await;
        claims.ok().and_then(Result::ok).map(|claims| claims.remote).unwrap_or_default()
    }

    /// Returns all names in a room, and who holds them.
    pub(crate) async fn claims(&mut self, room: &str) -> RedisResult<Claims> {
        let found: HashMap<String, String> =
            cmd("HGETALL").arg(key_of(room)).query_async(&mut self.redis).await?;
        let mut processes: HashMap<&str, Vec<&String>> = HashMap::new();
        for (name, owner) in &found {
            let process = owner.split('/').next().unwrap_or_default();
            processes.entry(process).or_default().push(name);
        }
        let mut claims = Claims { remote: Names::new(), dead: Vec::new(), local: Names::new() };
        for (process, names) in processes {
            let shared = names.iter().map(|name| Arc::from(name.as_str()));
            if process == &*self.process {
                claims.local.extend(shared);
            } else if cmd("EXISTS").arg(alive_key(process)).query_async(&mut self.redis).await? {
                claims.remote.extend(shared);
            } else {
                claims.dead.extend(names.into_iter().cloned());
            }
        }
        Ok(claims)
    }

    /// Returns the value of a name in Redis when this process holds it.
    fn owner(&self, session: &str) -> String {
        format!("{}/{session}", self.process)
    }
}

/// The key of the hash with a room's names, each with its process and session.
fn key_of(room: &str) -> String {
    format!("websocket-step-by-step/room/{room}")
}

/// The key that exists for as long as a process is alive.
fn alive_key(process: &str) -> String {
    format!("websocket-step-by-step/alive/{process}")
}

//! Who is here, across processes: a claim on each name, kept in Redis for as long as its process lives.
//!
//! News must not be lost, so it stands in a log. Who is here is different: it only has to be right
//! *now*. So each process looks twice a second, and whatever went wrong meanwhile has healed.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Weak};
use std::time::Duration;

use polling::fresh_key;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisResult, Script, cmd, pipe};
use tokio::time::{interval, timeout};

use crate::rooms::Rooms;

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
        Ok(Self { process: fresh_key().into(), redis })
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

    /// Gives a name back, sooner or later.
    pub(crate) fn release(&self, room: &str, name: &str) {
        let (this, room, name) = (self.clone(), key_of(room), name.to_owned());
        // The last to leave may do so when the runtime is gone already: the name outlives us by
        // three seconds then.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                let script = Script::new(RELEASE);
                let mut release = script.key(room);
                release.arg(name).arg(this.owner(""));
                let mut redis = this.redis;
                let _ = timeout(ANSWER, release.invoke_async::<()>(&mut redis)).await;
            });
        }
    }

    /// Looks, for as long as there are rooms.
    pub(crate) async fn look_after(mut self, rooms: Weak<Rooms>) {
        let mut ticks = interval(LOOK);
        loop {
            ticks.tick().await;
            let Some(rooms) = rooms.upgrade() else { return };
            for room in rooms.all() {
                if let Ok(Ok(elsewhere)) = timeout(ANSWER, self.look(&room)).await {
                    room.set_elsewhere(elsewhere);
                }
            }
            let _ = timeout(ANSWER, self.live()).await;
        }
    }

    /// Says that we are alive.
    async fn live(&mut self) -> RedisResult<()> {
        let key = alive_key(&self.process);
        cmd("SET").arg(key).arg(1).arg("EX").arg(ALIVE).query_async(&mut self.redis).await
    }

    /// Who is in a room elsewhere. Mends what it finds on the way: our own names that Redis has
    /// forgotten, and names of the dead.
    async fn look(&mut self, room: &crate::room::Room) -> RedisResult<BTreeSet<Arc<str>>> {
        let key = key_of(&room.name);
        let found: HashMap<String, String> =
            cmd("HGETALL").arg(&key).query_async(&mut self.redis).await?;
        let mut mend = pipe();
        for (name, session) in room.here() {
            if !found.contains_key(&*name) {
                mend.cmd("HSETNX").arg(&key).arg(&*name).arg(self.owner(&session)).ignore();
            }
        }
        let mut others: HashMap<&str, Vec<&str>> = HashMap::new();
        for (name, owner) in &found {
            let process = owner.split('/').next().unwrap_or_default();
            if process != &*self.process {
                others.entry(process).or_default().push(name);
            }
        }
        let mut elsewhere = BTreeSet::new();
        for (process, names) in others {
            let alive = cmd("EXISTS").arg(alive_key(process)).query_async(&mut self.redis).await?;
            if alive {
                elsewhere.extend(names.into_iter().map(Arc::from));
            } else {
                mend.cmd("HDEL").arg(&key).arg(names).ignore();
            }
        }
        // To send nothing would be an error.
        if !mend.is_empty() {
            mend.exec_async(&mut self.redis).await?;
        }
        Ok(elsewhere)
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

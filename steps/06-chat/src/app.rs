//! What all connections of one server share.

use std::sync::Arc;
use std::time::Duration;

use echo::{Clock, Compression, Limits, Timeouts};
use event_log::EventLog;
use handshake::Policy;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::ballot::Ballot;
use crate::chat_limits::ChatLimits;
use crate::metrics::Metrics;
use crate::options::Options;
use crate::presence::Presence;
use crate::presence_task::keep_presence;
use crate::rooms::Rooms;

/// Time that connections get to end when the server stops, in addition to the time for the closing
/// handshake.
const STOP_GRACE: Duration = Duration::from_secs(1);

/// What all connections of one server share.
pub struct App {
    pub(crate) policy: Policy,
    pub(crate) limits: Limits,
    pub(crate) compression: Compression,
    pub(crate) timeouts: Timeouts,
    pub(crate) chat_limits: ChatLimits,
    /// A permit for each WebSocket; all are back when all are over.
    pub(crate) seats: Arc<Semaphore>,
    seats_max: u32,
    pub(crate) clock: Arc<Clock>,
    pub(crate) metrics: Metrics,
    pub(crate) rooms: Arc<Rooms>,
    pub(crate) ballot: Ballot,
    pub(crate) log: EventLog,
}

impl App {
    /// Returns a server that follows `options`. Must be called on a tokio runtime.
    ///
    /// # Errors
    /// A sentence about an option that makes no sense.
    pub fn new(options: &Options) -> Result<Arc<Self>, String> {
        let log = options.log()?;
        let presence = options.redis.as_deref().map(Presence::over_redis).transpose()?;
        let rooms = Arc::new(Rooms::new(log.clone(), presence.clone()));
        if let Some(presence) = presence {
            tokio::spawn(keep_presence(presence, Arc::downgrade(&rooms)));
        }
        let app = Arc::new(Self {
            policy: options.policy.clone(),
            limits: options.limits,
            compression: options.compression,
            timeouts: options.timeouts,
            chat_limits: options.chat_limits,
            seats: Arc::new(Semaphore::new(options.max_connections as usize)),
            seats_max: options.max_connections,
            clock: Clock::start(options.timeouts),
            metrics: Metrics::default(),
            rooms,
            ballot: Ballot::new(log.clone()),
            log,
        });
        let counting = Arc::clone(&app);
        tokio::spawn(async move { counting.ballot.count().await });
        let telling = Arc::clone(&app);
        tokio::spawn(async move { telling.tell_shared().await });
        Ok(app)
    }

    /// Tells all rooms when the other servers are not heard any more, and when they are again.
    async fn tell_shared(&self) {
        let mut shared = self.log.shared();
        while shared.changed().await.is_ok() {
            let shared = *shared.borrow_and_update();
            for room in self.rooms.all() {
                room.set_shared(shared);
            }
        }
    }

    /// Closes all connections with 1001, and waits until they are over or have had their time.
    pub async fn stop(&self) {
        self.clock.stop();
        let deadline = self.timeouts.close + STOP_GRACE;
        let _ = timeout(deadline, self.seats.acquire_many(self.seats_max)).await;
    }
}

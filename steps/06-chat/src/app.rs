//! What all connections of one server share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use echo::{Clock, Compression, Limits, Timeouts};
use event_log::EventLog;
use handshake::Policy;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use web::server::HttpCounts;

use crate::connection::chat_limits::ChatLimits;
use crate::election::Election;
use crate::metrics::Metrics;
use crate::options::Options;
use crate::rooms::registry::Rooms;

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
    /// A permit for each WebSocket. When all permits are back, all WebSockets have ended.
    pub(crate) permits: Arc<Semaphore>,
    permits_max: u32,
    pub(crate) clock: Arc<Clock>,
    pub(crate) metrics: Arc<Metrics>,
    /// What the HTTP server counts.
    pub http_counts: HttpCounts,
    pub(crate) rooms: Arc<Rooms>,
    pub(crate) election: Election,
    pub(crate) log: EventLog,
    is_stopping: AtomicBool,
}

impl App {
    /// Returns a server that follows `options`. Must be called on a tokio runtime.
    ///
    /// # Errors
    /// A sentence about an option that makes no sense.
    pub fn new(options: &Options) -> Result<Arc<Self>, String> {
        let log = options.log()?;
        let metrics = Arc::new(Metrics::default());
        let rooms = Arc::new(Rooms::new(log.clone(), Arc::clone(&metrics)));
        let app = Arc::new(Self {
            policy: options.policy.clone(),
            limits: options.limits,
            compression: options.compression,
            timeouts: options.timeouts,
            chat_limits: options.chat_limits,
            permits: Arc::new(Semaphore::new(options.max_connections as usize)),
            permits_max: options.max_connections,
            clock: Clock::start(options.timeouts),
            metrics,
            http_counts: HttpCounts::default(),
            rooms,
            election: Election::new(log.clone()),
            log,
            is_stopping: AtomicBool::new(false),
        });
        let for_votes = Arc::clone(&app);
        tokio::spawn(async move { for_votes.election.broadcast_votes().await });
        Ok(app)
    }

    /// Returns whether the server is about to end.
    pub(crate) fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }

    /// Closes all connections with 1001, and waits until they have ended or their time is up. Then
    /// gives back the names of this server, and waits until everything is stored that was accepted.
    pub async fn stop(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
        self.clock.stop();
        let deadline = self.timeouts.close + STOP_GRACE;
        let _ = timeout(deadline, self.permits.acquire_many(self.permits_max)).await;
        self.log.close().await;
    }
}

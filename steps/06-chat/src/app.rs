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
    seats: Semaphore,
    seats_max: u32,
    pub(crate) clock: Arc<Clock>,
    pub(crate) metrics: Arc<Metrics>,
    /// What the HTTP server counts.
    pub http_counts: HttpCounts,
    pub(crate) rooms: Arc<Rooms>,
    pub(crate) election: Arc<Election>,
    pub(crate) log: EventLog,
    is_stopping: AtomicBool,
}

/// The place of a WebSocket among those that may be open. It is given back when this is dropped.
pub(crate) struct Seat(pub(crate) Arc<App>);

impl Seat {
    /// Takes a place, if there is one.
    pub(crate) fn take(app: &Arc<App>) -> Option<Self> {
        // Dropping the seat gives the permit back.
        app.seats.try_acquire().ok()?.forget();
        Some(Self(Arc::clone(app)))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.seats.add_permits(1);
    }
}

impl App {
    /// Returns a server that follows `options`. Must be called on a tokio runtime.
    ///
    /// # Errors
    /// A sentence about an option that makes no sense.
    pub fn new(options: &Options) -> Result<Arc<Self>, String> {
        let log = options.log()?;
        let (metrics, queue_max) = (Arc::new(Metrics::default()), options.chat_limits.queue);
        let rooms = Arc::new(Rooms::new(log.clone(), Arc::clone(&metrics), queue_max));
        let election = Election::new(log.clone(), Arc::clone(&metrics), queue_max);
        let app = Arc::new(Self {
            policy: options.policy.clone(),
            limits: options.limits,
            compression: options.compression,
            timeouts: options.timeouts,
            chat_limits: options.chat_limits,
            seats: Semaphore::new(options.max_connections as usize),
            seats_max: options.max_connections,
            clock: Clock::start(options.timeouts),
            metrics,
            http_counts: HttpCounts::default(),
            rooms,
            election: Arc::new(election),
            log,
            is_stopping: AtomicBool::new(false),
        });
        let election = Arc::clone(&app.election);
        tokio::spawn(async move { election.broadcast_votes().await });
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
        let _ = timeout(deadline, self.seats.acquire_many(self.seats_max)).await;
        self.log.close().await;
    }
}

//! All HTTP connections of a server, and room for one more.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use crate::server::turn::Turn;

/// The number of new connections that may wait for a place, or for the answer that there is none.
/// Further ones are closed at once.
const WAITING_MAX: usize = 64;
/// How long a new connection waits for a place: longer than closing an idle connection takes.
const ROOM_TIME: Duration = Duration::from_secs(2);

/// All HTTP connections of a server.
pub(crate) struct Crowd {
    epoch: Instant,
    places: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    next: AtomicU64,
    turns: Mutex<HashMap<u64, Arc<Turn>>>,
}

/// The place of a new connection.
pub(crate) enum Place {
    /// A place.
    Seat(OwnedSemaphorePermit),
    /// None yet, but a place among those who wait for one.
    Standing(OwnedSemaphorePermit),
}

/// A connection, for as long as this value is kept.
pub(crate) struct Guest {
    crowd: Arc<Crowd>,
    number: u64,
    _seat: OwnedSemaphorePermit,
}

impl Crowd {
    pub(crate) fn new(connections: usize) -> Self {
        Self {
            epoch: Instant::now(),
            places: Arc::new(Semaphore::new(connections.min(Semaphore::MAX_PERMITS))),
            waiting: Arc::new(Semaphore::new(WAITING_MAX)),
            next: AtomicU64::new(0),
            turns: Mutex::default(),
        }
    }

    pub(crate) fn new_turn(&self) -> Arc<Turn> {
        Arc::new(Turn::new(self.epoch))
    }

    /// Returns what there is for a newcomer, if anything.
    pub(crate) fn find_place(&self) -> Option<Place> {
        let seat = Arc::clone(&self.places).try_acquire_owned().map(Place::Seat);
        seat.or_else(|_| Arc::clone(&self.waiting).try_acquire_owned().map(Place::Standing)).ok()
    }

    /// Closes the connection that has been idle the longest, if there is one, and waits for a place.
    pub(crate) async fn wait_for_seat(&self) -> Option<OwnedSemaphorePermit> {
        let seat = Arc::clone(&self.places).acquire_owned();
        let oldest = {
            let turns = self.turns();
            let idle = turns.values().filter_map(|turn| Some((turn.idle_since()?, turn)));
            idle.min_by_key(|(since, _)| *since).map(|(_, turn)| Arc::clone(turn))
        };
        if let Some(oldest) = oldest {
            // Another newcomer must not choose the same one.
            oldest.began();
            oldest.makes_room();
        }
        timeout(ROOM_TIME, seat).await.ok()?.ok()
    }

    /// Adds a connection that has a seat.
    pub(crate) fn add(self: &Arc<Self>, turn: Arc<Turn>, seat: OwnedSemaphorePermit) -> Guest {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.turns().insert(number, turn);
        Guest { crowd: Arc::clone(self), number, _seat: seat }
    }

    fn turns(&self) -> MutexGuard<'_, HashMap<u64, Arc<Turn>>> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.crowd.turns().remove(&self.number);
    }
}

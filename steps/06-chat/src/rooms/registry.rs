//! All rooms of this server: a room is opened for its first member and closed after its last.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use echo::Encoded;
use event_log::{EventId, EventLog};

use crate::delivery::inbox::Inbox;
use crate::rooms::names::check_name;
use crate::rooms::presence::Presence;
use crate::rooms::room::{NAME_TAKEN, Room};

/// Rooms that are open at the same time.
const ROOMS_MAX: usize = 1_000;

/// Every room that has members on this server.
pub(crate) struct Rooms {
    log: EventLog,
    open: Mutex<HashMap<Arc<str>, Arc<Room>>>,
    /// The members on other servers, if there are other servers.
    presence: Option<Presence>,
}

/// A membership in a room. The member leaves when this value is dropped, however the connection
/// ended. So no list keeps connections that are closed (fault F18).
pub(crate) struct Membership {
    rooms: Arc<Rooms>,
    room: Arc<Room>,
    name: String,
    number: u64,
}

impl Rooms {
    pub(crate) fn new(log: EventLog, presence: Option<Presence>) -> Self {
        Self { log, open: Mutex::default(), presence }
    }

    /// Admits a member to a room; see [`Room::enter`].
    ///
    /// # Errors
    /// A reason for the person who wants to enter.
    pub(crate) async fn enter(
        self: &Arc<Self>,
        room: &str,
        name: &str,
        session: &str,
        after: Option<EventId>,
    ) -> Result<(Membership, Inbox), &'static str> {
        check_name(name)?;
        check_name(room)?;
        if let Some(room) = self.open().get(room)
            && room.is_taken(name, session)
        {
            return Err(NAME_TAKEN);
        }
        if let Some(presence) = &self.presence {
            // While Redis is away, the names that were known last count.
            let is_remote = || self.open().get(room).is_some_and(|room| room.is_remote(name));
            let claimed = presence.claim(room, name, session).await;
            if !claimed.unwrap_or_else(|| !is_remote()) {
                return Err(NAME_TAKEN);
            }
        }
        let is_new = !self.is_open(room);
        let remote = match &self.presence {
            Some(presence) if is_new => presence.remote_names(room).await,
            _ => BTreeSet::new(),
        };
        let mut rooms = self.open();
        if !rooms.contains_key(room) && rooms.len() >= ROOMS_MAX {
            return Err("there are as many rooms as the server has: join another");
        }
        let room = rooms.entry(room.into()).or_insert_with(|| Room::open(room, &self.log));
        if is_new {
            room.set_remote(remote);
        }
        let (number, inbox) = room.enter(name, session, after)?;
        let (rooms, room, name) = (Arc::clone(self), Arc::clone(room), name.to_owned());
        Ok((Membership { rooms, room, name, number }, inbox))
    }

    fn is_open(&self, room: &str) -> bool {
        self.open().contains_key(room)
    }

    /// Returns whether a member of this name is in this room on this server.
    pub(crate) fn is_local(&self, room: &str, name: &str) -> bool {
        self.open().get(room).is_some_and(|room| room.is_local(name))
    }

    /// Returns all open rooms.
    pub(crate) fn all(&self) -> Vec<Arc<Room>> {
        self.open().values().cloned().collect()
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Arc<str>, Arc<Room>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Membership {
    /// Handles a message from the member; see [`Room::handle`].
    pub(crate) fn handle(&self, text: &str) -> Option<Encoded> {
        self.room.handle(&self.name, text)
    }
}

// ANCHOR: drop
impl Drop for Membership {
    fn drop(&mut self) {
        // Entering and opening a room need this lock too, so nobody enters in between.
        let mut rooms = self.rooms.open();
        let has_left = self.room.leave(&self.name, self.number);
        if self.room.is_empty() {
            rooms.remove(&self.room.name);
        }
        drop(rooms);
        if has_left && let Some(presence) = &self.rooms.presence {
            presence.release(&self.room.name, &self.name);
        }
    }
}
// ANCHOR_END: drop

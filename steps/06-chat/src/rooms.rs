//! All rooms: opened by who comes first, closed behind who leaves last.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use echo::Encoded;
use polling::{EventId, EventLog};

use crate::inbox::Inbox;
use crate::names::check_name;
use crate::presence::Presence;
use crate::room::{Room, TAKEN};

/// Rooms at the same time.
const ROOMS_MAX: usize = 1_000;

/// Every room that somebody is in.
pub(crate) struct Rooms {
    log: EventLog,
    open: Mutex<HashMap<Arc<str>, Arc<Room>>>,
    /// Who is on the other servers, if there are any.
    presence: Option<Presence>,
}

/// Somebody's membership in a room. It ends when this is dropped, however their connection ended:
/// no list is left with closed sockets in it (fault F18).
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

    /// Lets somebody into a room; see [`Room::enter`].
    ///
    /// # Errors
    /// A reason for the one who wants to come in.
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
            return Err(TAKEN);
        }
        if let Some(presence) = &self.presence {
            // While Redis is away, we know what we knew.
            let known = || self.open().get(room).is_some_and(|room| room.is_elsewhere(name));
            let is_ours = presence.claim(room, name, session).await.unwrap_or_else(|| !known());
            if !is_ours {
                return Err(TAKEN);
            }
        }
        let is_new = !self.has_room(room);
        let elsewhere = match &self.presence {
            Some(presence) if is_new => presence.elsewhere(room).await,
            _ => BTreeSet::new(),
        };
        let mut rooms = self.open();
        if !rooms.contains_key(room) && rooms.len() >= ROOMS_MAX {
            return Err("there are as many rooms as the server has: join another");
        }
        let room = rooms.entry(room.into()).or_insert_with(|| Room::open(room, &self.log));
        if is_new {
            room.set_elsewhere(elsewhere);
        }
        let (number, inbox) = room.enter(name, session, after)?;
        let (rooms, room, name) = (Arc::clone(self), Arc::clone(room), name.to_owned());
        Ok((Membership { rooms, room, name, number }, inbox))
    }

    fn has_room(&self, room: &str) -> bool {
        self.open().contains_key(room)
    }

    /// Is somebody of this name in this room, on this server?
    pub(crate) fn has(&self, room: &str, name: &str) -> bool {
        self.open().get(room).is_some_and(|room| room.has(name))
    }

    /// Every room there is.
    pub(crate) fn all(&self) -> Vec<Arc<Room>> {
        self.open().values().cloned().collect()
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Arc<str>, Arc<Room>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Membership {
    /// Hears what the member says, and returns what only they are told.
    pub(crate) fn hear(&self, text: &str) -> Option<Encoded> {
        self.room.hear(&self.name, text)
    }
}

// ANCHOR: drop
impl Drop for Membership {
    fn drop(&mut self) {
        // Whoever opens a room or enters one holds the rooms, so nobody comes in between.
        let mut rooms = self.rooms.open();
        let is_gone = self.room.leave(&self.name, self.number);
        if self.room.is_empty() {
            rooms.remove(&self.room.name);
        }
        drop(rooms);
        if is_gone && let Some(presence) = &self.rooms.presence {
            presence.release(&self.room.name, &self.name);
        }
    }
}
// ANCHOR_END: drop

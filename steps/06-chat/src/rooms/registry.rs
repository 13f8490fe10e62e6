//! All rooms of this server: a room is opened for its first member and closed after its last.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::prelude::{BASE64_STANDARD, Engine};
use echo::{CloseCode, CloseFrame};
use event_log::{EventId, EventLog, Loss, Membership, NotEntered};
use names::Name;
use sha1::{Digest, Sha1};

use crate::delivery::inbox::{Answer, Inbox};
use crate::rooms::room::{Room, topic_of};

// ANCHOR: member
/// Every room that has members on this server.
pub(crate) struct Rooms {
    log: EventLog,
    open: Mutex<HashMap<Arc<str>, Arc<Room>>>,
}

/// A member of a room. The member leaves when this value is dropped, however the connection ended.
/// So no list keeps connections that are closed (fault F18).
pub(crate) struct Member {
    rooms: Arc<Rooms>,
    room: Arc<Room>,
    name: Arc<str>,
    membership: Membership,
}
// ANCHOR_END: member

/// Returns the digest of a session, by which it can be recognised and from which nobody learns it. The
/// log is kept in places that others may read.
fn digest(session: &str) -> String {
    if session.is_empty() { String::new() } else { BASE64_STANDARD.encode(Sha1::digest(session)) }
}

// ANCHOR: refusal
/// Why somebody is not let in: the close frame for them.
///
/// After 1008 a page gives up, so it is only sent when the person must choose something else.
fn refusal(problem: NotEntered) -> CloseFrame<'static> {
    let (code, reason) = match problem {
        NotEntered::NameTaken => {
            (CloseCode::POLICY_VIOLATION, "that name is taken here: choose another")
        }
        NotEntered::LooksTaken => (
            CloseCode::POLICY_VIOLATION,
            "that name looks like one that is taken here: choose another",
        ),
        NotEntered::TooManyRooms => {
            (CloseCode::POLICY_VIOLATION, "there are as many rooms as the server has: join another")
        }
        NotEntered::Unreachable => (
            CloseCode::TRY_AGAIN_LATER,
            "the servers cannot reach each other now, so no new name is given out",
        ),
    };
    CloseFrame { code, reason }
}
// ANCHOR_END: refusal

impl Rooms {
    pub(crate) fn new(log: EventLog) -> Self {
        Self { log, open: Mutex::default() }
    }

    // ANCHOR: enter
    /// Lets a member in who has seen the messages up to `after`, or `None` if the member is new here.
    ///
    /// The log decides who gets a name. A member of whose claim this server has read has seen nothing
    /// that this server has not. It is a common mistake to give a name to the last who asks, and then
    /// messages go astray (fault F22).
    ///
    /// # Errors
    /// The close frame, with a reason for the person who wants to enter.
    pub(crate) async fn enter(
        self: &Arc<Self>,
        room: &str,
        name: &str,
        session: &str,
        after: Option<EventId>,
    ) -> Result<(Member, Inbox), CloseFrame<'static>> {
        let code = CloseCode::POLICY_VIOLATION;
        let named = |name: &str| {
            Name::new(name).map_err(|problem| CloseFrame { code, reason: problem.reason() })
        };
        let (name, room) = (named(name)?, named(room)?);
        let (name, room) = (name.as_str(), room.as_str());
        let entered = self.log.enter(&topic_of(room), name, &digest(session)).await;
        let membership = entered.map_err(refusal)?;
        // From here on nothing waits, so nobody enters or leaves in between.
        let mut rooms = self.open();
        let room = rooms.entry(room.into()).or_insert_with(|| Room::open(room, &self.log));
        let inbox = room.enter(name, after);
        let (rooms, room, name) = (Arc::clone(self), Arc::clone(room), name.into());
        Ok((Member { rooms, room, name, membership }, inbox))
    }
    // ANCHOR_END: enter

    fn open(&self) -> MutexGuard<'_, HashMap<Arc<str>, Arc<Room>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Member {
    /// Splits the member into the part that handles messages, and the part that ends when the
    /// member loses the name.
    pub(crate) fn parts(
        &mut self,
    ) -> (impl FnMut(&str) -> Option<Answer> + use<'_>, impl Future<Output = Loss> + use<'_>) {
        let (room, name) = (&self.room, &self.name);
        (move |text: &str| room.handle(name, text), self.membership.lost())
    }
}

// ANCHOR: drop
impl Drop for Member {
    fn drop(&mut self) {
        // Opening a room and entering it need this lock too, so nobody enters in between.
        let mut rooms = self.rooms.open();
        if self.room.leave(&self.name) {
            rooms.remove(&self.room.name);
        }
    }
}
// ANCHOR_END: drop

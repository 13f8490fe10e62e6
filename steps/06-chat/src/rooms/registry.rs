//! All rooms of this server: a room is opened for its first member and closed after its last.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use echo::{CloseCode, CloseFrame, Connection};
use event_log::{EventId, EventLog, Loss, Membership, NotEntered, digest};
use names::Name;

use crate::delivery::audience::Amount;
use crate::delivery::inbox::Answer;
use crate::delivery::line::Line;
use crate::delivery::participant::{Handled, Participant, Said};
use crate::delivery::stream::Stream;
use crate::metrics::Metrics;
use crate::rooms::room::{Room, topic_of};

// ANCHOR: member
/// Every room that has members on this server.
pub(crate) struct Rooms {
    log: EventLog,
    metrics: Arc<Metrics>,
    /// Bytes that may wait until a member reads them.
    queue_max: usize,
    open: Mutex<HashMap<Arc<str>, Arc<Room>>>,
}

/// A member of a room. The member leaves when this value is dropped, however the connection ended.
/// So no closed connection stays in a list (fault F18).
pub(crate) struct Member {
    rooms: Arc<Rooms>,
    room: Arc<Room>,
    line: Arc<Line>,
    membership: Membership,
}
// ANCHOR_END: member

/// A visitor who has got a name in a room, and may enter.
pub(crate) struct Admission {
    room: Name,
    name: Name,
    membership: Membership,
}

// ANCHOR: refusal
/// Returns the close frame for a visitor who is not let in.
///
/// After 1008 a page does not try again, so it is only sent when the person must choose something
/// else.
fn refusal(problem: NotEntered) -> CloseFrame<'static> {
    let (code, reason) = match problem {
        NotEntered::NameTaken => {
            (CloseCode::POLICY_VIOLATION, "that name is taken here: choose another")
        }
        NotEntered::LooksTaken => (
            CloseCode::POLICY_VIOLATION,
            "that name looks like one that is taken here: choose another",
        ),
        NotEntered::TooManyRooms => (
            CloseCode::POLICY_VIOLATION,
            "the server has reached its limit on rooms: join another room",
        ),
        NotEntered::Unreachable => (
            CloseCode::TRY_AGAIN_LATER,
            "the servers cannot reach each other now, so no new name is given out",
        ),
    };
    CloseFrame { code, reason }
}
// ANCHOR_END: refusal

impl Rooms {
    pub(crate) fn new(log: EventLog, metrics: Arc<Metrics>, queue_max: usize) -> Self {
        Self { log, metrics, queue_max, open: Mutex::default() }
    }

    // ANCHOR: admit
    /// Asks for a name in a room.
    ///
    /// The log decides who gets a name. It is a common mistake to give a name to the last who asks,
    /// and then messages go astray (fault F22).
    ///
    /// # Errors
    /// The close frame, with a reason for the person who wants to enter.
    pub(crate) async fn admit(
        &self,
        room: &str,
        name: &str,
        session: &str,
    ) -> Result<Admission, CloseFrame<'static>> {
        let code = CloseCode::POLICY_VIOLATION;
        let named = |text: &str| {
            Name::new(text).map_err(|problem| {
                self.metrics.name_refused();
                CloseFrame { code, reason: problem.reason() }
            })
        };
        let (name, room) = (named(name)?, named(room)?);
        let (topic, session) = (topic_of(room.as_str()), digest(session));
        let entered = self.log.enter(&topic, name.as_str(), &session).await;
        let membership = entered.map_err(|problem| {
            self.metrics.not_admitted(problem);
            refusal(problem)
        })?;
        Ok(Admission { room, name, membership })
    }
    // ANCHOR_END: admit

    // ANCHOR: enter
    /// Lets an admitted visitor in, who has received the messages up to `after`. A new visitor has
    /// `None`.
    ///
    /// This server has read the member's claim to the name in the log. So it has also read every
    /// message that the member can have seen.
    pub(crate) fn enter(
        self: &Arc<Self>,
        Admission { room, name, membership }: Admission,
        after: Option<EventId>,
        connection: Connection<Stream>,
    ) -> Member {
        let mut rooms = self.open();
        let open = || Room::open(room.as_str(), &self.log, &self.metrics, self.queue_max);
        let room = Arc::clone(rooms.entry(room.clone().into()).or_insert_with(open));
        let line = room.enter(&name.into(), after, connection);
        Member { rooms: Arc::clone(self), room, line, membership }
    }
    // ANCHOR_END: enter

    /// Returns what there is in each room that has members on this server.
    pub(crate) fn amounts(&self) -> Vec<Amount> {
        // Rooms stay open to others meanwhile.
        let rooms: Vec<Arc<Room>> = self.open().values().cloned().collect();
        rooms.iter().map(|room| room.amount()).collect()
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Arc<str>, Arc<Room>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Participant for Member {
    fn line(&self) -> &Arc<Line> {
        &self.line
    }

    fn handle(&self, text: &str) -> Handled {
        self.room.handle(&self.line.name, text)
    }

    fn append(&self, said: &[Said]) -> Vec<Answer> {
        self.room.append(said)
    }

    fn must_wait(&self) -> bool {
        self.room.is_behind()
    }

    fn poll_lost(&mut self, context: &mut Context<'_>) -> Poll<Loss> {
        self.membership.poll_lost(context)
    }
}

// ANCHOR: drop
impl Drop for Member {
    fn drop(&mut self) {
        // `Rooms::enter` takes this lock too, so nobody enters in between.
        let mut rooms = self.rooms.open();
        if self.room.leave(&self.line) {
            rooms.remove(&self.room.name);
        }
    }
}
// ANCHOR_END: drop

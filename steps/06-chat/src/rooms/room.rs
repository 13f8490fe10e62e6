//! A room: its members on this server, and the task that sends them everything that happens.

use std::collections::{BTreeSet, HashMap};
use std::mem::take;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use echo::Encoded;
use event_log::{Event, EventId, EventLog, random_key};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::delivery::broadcast::{Broadcast, Broadcaster, encode};
use crate::delivery::inbox::Inbox;
use crate::protocol::{ClientMessage, ServerMessage, StoredMessage};

/// Older messages that a new member receives.
const HISTORY: usize = 50;
/// Messages that are broadcast at a time.
const BATCH: usize = 64;
/// Messages that are announced as waiting while Redis is away, at a time.
const WAITING_MAX: usize = 4096;
/// The longest key of a message, in bytes.
const KEY_MAX: usize = 64;
/// The shortest time between two broadcasts about members who enter and leave. When five thousand
/// enter at once, each of them receives a few hundred frames and not five thousand.
const CHANGES_INTERVAL: Duration = Duration::from_millis(50);
/// How long the task waits at a time for the next message.
const WAIT: Duration = Duration::from_hours(1);

/// Why a member is not admitted: another session has this name.
pub(crate) const NAME_TAKEN: &str = "that name is taken here: choose another";

/// A room, for as long as it has members on this server.
pub(crate) struct Room {
    pub(crate) name: Arc<str>,
    topic: String,
    log: EventLog,
    members: Broadcaster,
    state: Mutex<State>,
    /// Notified when there is something to broadcast that is not in the log.
    changed: Arc<Notify>,
    /// The task that broadcasts. It ends with the room.
    task: Mutex<JoinSet<()>>,
}

#[derive(Default)]
struct State {
    /// The last message that was broadcast.
    last: EventId,
    /// Members on this server.
    local: HashMap<Arc<str>, Member>,
    /// Members on other servers.
    remote: BTreeSet<Arc<str>>,
    next_number: u64,
    /// What has happened since the last broadcast.
    joined: Vec<Arc<str>>,
    left: Vec<Arc<str>>,
    typing: BTreeSet<Arc<str>>,
    waiting: Vec<Broadcast>,
    shared: Option<bool>,
}

impl State {
    /// Returns whether this name is on this server and belongs to this session.
    fn belongs_to(&self, name: &str, session: &str) -> bool {
        let member = self.local.get(name);
        !session.is_empty() && member.is_some_and(|member| member.session == session)
    }
}

struct Member {
    /// Distinguishes connections that had the same name one after the other.
    number: u64,
    /// A secret of the page, by which it is recognised when it comes back.
    session: String,
    /// Dropped when another connection takes the name over.
    _held: oneshot::Sender<()>,
}

impl Room {
    /// Opens an empty room and starts its task. Must be called on a tokio runtime.
    pub(crate) fn open(name: &str, log: &EventLog) -> Arc<Self> {
        let topic = format!("room/{name}");
        let last = log.newest(&topic);
        let state = State { last, ..State::default() };
        let room = Arc::new(Self {
            name: name.into(),
            topic,
            log: log.clone(),
            members: Broadcaster::new(),
            state: Mutex::new(state),
            changed: Arc::default(),
            task: Mutex::default(),
        });
        let task = broadcast(Arc::downgrade(&room), log.clone(), Arc::clone(&room.changed), last);
        room.task.lock().unwrap_or_else(PoisonError::into_inner).spawn(task);
        room
    }

    // ANCHOR: enter
    /// Admits a member who has seen the messages up to `after`, or `None` if the member is new
    /// here. Returns the number of the connection, and its inbox.
    ///
    /// # Errors
    /// A reason for the person who wants to enter. A name belongs to one member at a time. It is a
    /// common mistake to give it to the last who asks, and then messages go astray (fault F22).
    pub(crate) fn enter(
        &self,
        name: &str,
        session: &str,
        after: Option<EventId>,
    ) -> Result<(u64, Inbox), &'static str> {
        let mut state = self.state();
        let is_back = state.local.contains_key(name);
        if is_back && !state.belongs_to(name, session) {
            return Err(NAME_TAKEN);
        }
        let number = state.next_number;
        state.next_number += 1;
        let name: Arc<str> = name.into();
        let (held, taken) = oneshot::channel();
        let member = Member { number, session: session.to_owned(), _held: held };
        state.local.insert(Arc::clone(&name), member);
        if !is_back {
            state.joined.push(Arc::clone(&name));
            state.left.retain(|left| *left != name);
            self.changed.notify_one();
        }
        let greeting = self.greeting(&state, &name, after);
        Ok((number, Inbox::new(&name, greeting, self.members.subscribe(), taken)))
    }
    // ANCHOR_END: enter

    /// Returns what a member receives first: the list of members, and the messages that it has missed.
    fn greeting(
        &self,
        state: &State,
        name: &str,
        after: Option<EventId>,
    ) -> impl Iterator<Item = Encoded> + Send + use<> {
        let mut here: BTreeSet<Arc<str>> = state.local.keys().cloned().collect();
        here.extend(state.remote.iter().cloned());
        let shared = *self.log.shared().borrow();
        let welcome = encode(&ServerMessage::Welcome { room: &self.name, you: name, here, shared });
        let mut missed = self.log.after(&self.topic, after.unwrap_or_default());
        // Later messages are about to be broadcast, to this member too.
        missed.retain(|event| event.id <= state.last);
        let skipped = if after.is_some() { 0 } else { missed.len().saturating_sub(HISTORY) };
        let missed = missed.into_iter().skip(skipped);
        std::iter::once(welcome).chain(missed.filter_map(|event| Some(decode(&event)?.1)))
    }

    // ANCHOR: leave
    /// Removes a member, whatever has ended its connection (fault F18). Returns `false` if the
    /// member has come back meanwhile, over another connection.
    pub(crate) fn leave(&self, name: &str, number: u64) -> bool {
        let mut state = self.state();
        let has_left = state.local.get(name).is_some_and(|member| member.number == number);
        if has_left && let Some((name, _)) = state.local.remove_entry(name) {
            state.joined.retain(|joined| *joined != name);
            // The member may have come back over another server.
            if !state.remote.contains(&name) {
                state.left.push(name);
                self.changed.notify_one();
            }
        }
        has_left
    }
    // ANCHOR_END: leave

    /// Returns whether another session has this name on this server.
    pub(crate) fn is_taken(&self, name: &str, session: &str) -> bool {
        let state = self.state();
        state.local.contains_key(name) && !state.belongs_to(name, session)
    }

    /// Returns whether another server had this name when this one last looked.
    pub(crate) fn is_remote(&self, name: &str) -> bool {
        self.state().remote.contains(name)
    }

    /// Returns whether a member of this name is on this server.
    pub(crate) fn is_local(&self, name: &str) -> bool {
        self.state().local.contains_key(name)
    }

    /// Returns whether the room has no members on this server.
    pub(crate) fn is_empty(&self) -> bool {
        self.state().local.is_empty()
    }

    /// Handles a message from a member. Returns the answer that only this member receives, if any.
    ///
    /// A person who types by hand does not need to write JSON: a text that is not a JSON object is
    /// the message itself.
    pub(crate) fn handle(&self, name: &str, text: &str) -> Option<Encoded> {
        let message = if text.trim_start().starts_with('{') {
            let Ok(message) = serde_json::from_str(text) else {
                let reason = r#"write it like {"msg": "hello", "key": "1"} or {"typing": true}"#;
                return Some(encode(&ServerMessage::Refused { key: "", reason }));
            };
            message
        } else {
            ClientMessage::Message { msg: text.to_owned(), key: None }
        };
        match message {
            ClientMessage::Message { msg, key } => {
                let key = key.unwrap_or_else(random_key);
                match self.append(name, &msg, &key) {
                    Ok(None) => None,
                    // The member has missed that it arrived.
                    Ok(Some(id)) => {
                        let time = id.milliseconds;
                        Some(encode(&ServerMessage::Sent { key: &key, id, time }))
                    }
                    Err(reason) => {
                        Some(encode(&ServerMessage::Refused { key: &key, reason: &reason }))
                    }
                }
            }
            ClientMessage::Typing { typing } => {
                let mut state = self.state();
                // In a crowd, a long list of those who are typing helps nobody.
                if typing && state.typing.len() < BATCH {
                    state.typing.insert(name.into());
                    self.changed.notify_one();
                }
                None
            }
        }
    }

    // ANCHOR: append
    /// Appends a message to the log. Returns its id if it is there already.
    ///
    /// # Errors
    /// A reason for the sender.
    fn append(&self, name: &str, msg: &str, key: &str) -> Result<Option<EventId>, String> {
        if msg.trim().is_empty() {
            return Err("there is nothing in it".to_owned());
        }
        if key.is_empty() || key.len() > KEY_MAX {
            return Err("its key is not 1 to 64 bytes long".to_owned());
        }
        let stored = StoredMessage { sender: name.to_owned(), msg: msg.to_owned() };
        let data = serde_json::to_string(&stored).map_err(|error| error.to_string())?;
        // Two members may choose the same key. A name cannot contain a line break, so no name and
        // key can look like another name and key.
        let own_key = format!("{name}\n{key}");
        let known = self.log.id_of(&self.topic, &own_key);
        if known.is_some() {
            return Ok(known);
        }
        self.log.append(&self.topic, &own_key, &data).map_err(|full| full.to_string())?;
        if !*self.log.shared().borrow() {
            let frame = encode(&ServerMessage::Waiting { from: name, text: msg, key });
            let mut state = self.state();
            // The messages beyond this limit are seen when they have their ids.
            if state.waiting.len() < WAITING_MAX {
                state.waiting.push(Broadcast { frame, sender: None });
                self.changed.notify_one();
            }
        }
        Ok(None)
    }
    // ANCHOR_END: append

    /// Sets the names of the members on other servers.
    pub(crate) fn set_remote(&self, remote: BTreeSet<Arc<str>>) {
        let mut state = self.state();
        let state = &mut *state;
        let difference = |names: &BTreeSet<Arc<str>>, others: &BTreeSet<Arc<str>>| {
            let names = names.difference(others);
            names.filter(|name| !state.local.contains_key(*name)).cloned().collect::<Vec<_>>()
        };
        let joined = difference(&remote, &state.remote);
        let left = difference(&state.remote, &remote);
        if !joined.is_empty() || !left.is_empty() {
            state.joined.extend(joined);
            state.left.extend(left);
            self.changed.notify_one();
        }
        state.remote = remote;
    }

    /// Removes a member who is connected to another server now. The connection here is closed.
    pub(crate) fn evict(&self, name: &Arc<str>) {
        let mut state = self.state();
        state.local.remove(name);
        state.remote.insert(Arc::clone(name));
    }

    /// Returns the names of the members on this server, with their sessions.
    pub(crate) fn local(&self) -> Vec<(Arc<str>, String)> {
        let state = self.state();
        let members = state.local.iter();
        members.map(|(name, member)| (Arc::clone(name), member.session.clone())).collect()
    }

    /// Tells all members whether this server is connected with the others.
    pub(crate) fn set_shared(&self, shared: bool) {
        self.state().shared = Some(shared);
        self.changed.notify_one();
    }

    /// Broadcasts what has happened that is not in the log.
    fn broadcast_changes(&self) {
        let mut state = self.state();
        let (left, joined) = (take(&mut state.left), take(&mut state.joined));
        if !left.is_empty() {
            self.members.send(Broadcast::to_all(&ServerMessage::Left { names: &left }));
        }
        if !joined.is_empty() {
            let frame = encode(&ServerMessage::Joined { names: &joined });
            // A member who enters alone does not need this. In a crowd, each finds its own name
            // among the others.
            let sender = if let [alone] = &*joined { Some((alone.clone(), None)) } else { None };
            self.members.send(Broadcast { frame, sender });
        }
        for name in take(&mut state.typing) {
            let frame = encode(&ServerMessage::Typing { name: &name });
            self.members.send(Broadcast { frame, sender: Some((name, None)) });
        }
        if let Some(shared) = state.shared.take() {
            self.members.send(Broadcast::to_all(&ServerMessage::Shared { shared }));
        }
    }

    /// Broadcasts the messages that wait for Redis.
    async fn broadcast_waiting(&self) {
        let waiting = take(&mut self.state().waiting);
        for (number, broadcast) in waiting.into_iter().enumerate() {
            if number % BATCH == 0 {
                self.members.wait_for_capacity().await;
            }
            self.members.send(broadcast);
        }
    }

    // ANCHOR: broadcast_messages
    /// Broadcasts messages. The sender of a message receives its id instead.
    fn broadcast_messages(&self, events: &[Event]) {
        let mut state = self.state();
        for event in events {
            // An event that is not one of ours is passed over.
            if let Some((stored, frame)) = decode(event) {
                let (key, time) = (own_key(event, &stored), event.id.milliseconds);
                let sent = encode(&ServerMessage::Sent { key, id: event.id, time });
                let sender = Some((stored.sender.as_str().into(), Some(sent)));
                self.members.send(Broadcast { frame, sender });
            }
            state.last = event.id;
        }
    }
    // ANCHOR_END: broadcast_messages

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// ANCHOR: broadcast
/// Broadcasts everything that happens in a room, until the room is gone. Because only this task
/// broadcasts, all members receive everything in one order. It never sends faster than the
/// members' tasks can take it.
async fn broadcast(room: Weak<Room>, log: EventLog, changed: Arc<Notify>, mut last: EventId) {
    let Some(topic) = room.upgrade().map(|room| room.topic.clone()) else { return };
    let mut next_changes = Instant::now();
    loop {
        let something_changed = async {
            changed.notified().await;
            sleep_until(next_changes).await;
        };
        let events = tokio::select! {
            events = log.wait(&topic, last, WAIT) => events,
            () = something_changed => Vec::new(),
        };
        let Some(room) = room.upgrade() else { return };
        room.broadcast_changes();
        room.broadcast_waiting().await;
        for batch in events.chunks(BATCH) {
            room.broadcast_messages(batch);
            room.members.wait_for_capacity().await;
        }
        last = events.last().map_or(last, |event| event.id);
        room.members.wait_for_capacity().await;
        next_changes = Instant::now() + CHANGES_INTERVAL;
    }
}
// ANCHOR_END: broadcast

/// Decodes a message from the log. Returns it with the frame that the members receive.
fn decode(event: &Event) -> Option<(StoredMessage, Encoded)> {
    let stored: StoredMessage = serde_json::from_str(&event.data).ok()?;
    let frame = encode(&ServerMessage::Message {
        sender: &stored.sender,
        msg: &stored.msg,
        id: event.id,
        time: event.id.milliseconds,
        key: own_key(event, &stored),
    });
    Some((stored, frame))
}

/// Returns a message's key as its sender knows it, without the sender's name and the line break.
fn own_key<'event>(event: &'event Event, stored: &StoredMessage) -> &'event str {
    event.key.get(stored.sender.len() + 1..).unwrap_or_default()
}

//! A room: the task that sends its members on this server everything that happens.

use std::collections::BTreeSet;
use std::mem::take;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use echo::Encoded;
use event_log::{Cursor, Draft, Event, EventId, EventLog, random_key};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::delivery::backlog::Backlog;
use crate::delivery::broadcast::{Broadcast, Broadcaster, encode};
use crate::delivery::inbox::{Answer, Inbox};
use crate::protocol::{ClientMessage, ServerMessage};

/// Older messages that a new member receives.
const HISTORY: usize = 50;
/// Messages that are broadcast at a time.
const BATCH: usize = 64;
/// The longest key of a message, in bytes.
const KEY_MAX: usize = 64;
/// The shortest time between two broadcasts about members who enter and leave. When five thousand
/// enter at once, each of them receives a few hundred frames and not five thousand.
const CHANGES_INTERVAL: Duration = Duration::from_millis(50);

// ANCHOR: room
/// A room, for as long as it has members on this server.
pub(crate) struct Room {
    pub(crate) name: Arc<str>,
    topic: Arc<str>,
    log: EventLog,
    members: Broadcaster,
    state: Mutex<State>,
    /// Notified when somebody is typing, or has sent a message that must wait.
    changed: Arc<Notify>,
    /// The task that broadcasts. It ends with the room.
    task: Mutex<JoinSet<()>>,
}

#[derive(Default)]
struct State {
    /// Connections of members on this server.
    connections: usize,
    /// The members, here and on other servers, as the room was told last.
    here: BTreeSet<Arc<str>>,
    /// Members on this server who have left since. Perhaps they came and went so quickly that the room
    /// was not told that they are here.
    left: BTreeSet<Arc<str>>,
    typing: BTreeSet<Arc<str>>,
    /// Messages from this number on have not been announced as waiting for Redis.
    waiting_from: u64,
}
// ANCHOR_END: room

/// Returns the topic of a room in the log. The names in a room belong to it, too.
pub(crate) fn topic_of(room: &str) -> Arc<str> {
    format!("room/{room}").into()
}

impl Room {
    /// Opens an empty room and starts its task. Must be called on a tokio runtime.
    pub(crate) fn open(name: &str, log: &EventLog) -> Arc<Self> {
        let topic = topic_of(name);
        let cursor = log.newcomer(&topic, 0);
        let state = State { here: log.here(&topic), ..State::default() };
        let room = Arc::new(Self {
            name: name.into(),
            topic,
            log: log.clone(),
            members: Broadcaster::new(),
            state: Mutex::new(state),
            changed: Arc::default(),
            task: Mutex::default(),
        });
        let task = broadcast(Arc::downgrade(&room), log.clone(), Arc::clone(&room.changed), cursor);
        room.task.lock().unwrap_or_else(PoisonError::into_inner).spawn(task);
        room
    }

    // ANCHOR: enter
    /// Adds a member who has seen the messages up to `after`, or `None` if the member is new here.
    /// Returns the member's inbox.
    pub(crate) fn enter(&self, name: &str, after: Option<EventId>) -> Inbox {
        let cursor = match after {
            Some(after) => self.log.reader(&self.topic, after),
            None => self.log.newcomer(&self.topic, HISTORY),
        };
        // The lock is held until the member receives broadcasts, so that the room's next announcement of
        // who has joined is the first one that the member receives.
        let mut state = self.state();
        state.connections += 1;
        let mut here = self.log.here(&self.topic);
        here.insert(name.into());
        let unannounced = here.difference(&state.here).cloned().collect();
        let shared = *self.log.shared().borrow();
        let (room, you, after) = (&*self.name, name, cursor.after());
        let welcome = encode(&ServerMessage::Welcome { room, you, here, shared, after });
        let backlog = Backlog::new(self.log.clone(), cursor, encode_message);
        Inbox::new(name, welcome, Some(backlog), unannounced, self.members.subscribe())
    }
    // ANCHOR_END: enter

    /// A member's connection has ended. Returns whether it was the last one on this server.
    pub(crate) fn leave(&self, name: &str) -> bool {
        let mut state = self.state();
        state.left.insert(name.into());
        state.connections -= 1;
        state.connections == 0
    }

    /// Handles a message from a member. Returns the answer that only this member receives, if any.
    ///
    /// A person who types by hand does not need to write JSON: a text that is not a JSON object is
    /// the message itself.
    pub(crate) fn handle(&self, name: &Arc<str>, text: &str) -> Option<Answer> {
        let message = if text.trim_start().starts_with('{') {
            let Ok(message) = serde_json::from_str(text) else {
                return Some(Answer::refused(
                    "",
                    r#"write it like {"msg": "hello", "key": "1"} or {"typing": true}"#,
                ));
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
                    // The member may have missed that it arrived.
                    Ok(Some(id)) => {
                        let time = id.milliseconds;
                        let frame = encode(&ServerMessage::Sent { key: &key, id, time });
                        Some(Answer { frame, id: Some(id) })
                    }
                    Err(reason) => Some(Answer::refused(&key, &reason)),
                }
            }
            ClientMessage::Typing { typing } => {
                let mut state = self.state();
                // In a crowd, a long list of those who are typing helps nobody.
                if typing && state.typing.len() < BATCH {
                    state.typing.insert(Arc::clone(name));
                    self.changed.notify_one();
                }
                None
            }
            ClientMessage::Ping { ping } => ping.then(Answer::pong),
        }
    }

    // ANCHOR: append
    /// Appends a message to the log. Returns its id if it is there already.
    ///
    /// # Errors
    /// A reason for the sender.
    fn append(&self, name: &Arc<str>, msg: &str, key: &str) -> Result<Option<EventId>, String> {
        if msg.trim().is_empty() {
            return Err("there is nothing in it".to_owned());
        }
        if key.is_empty() || key.len() > KEY_MAX {
            return Err("its key is not 1 to 64 bytes long".to_owned());
        }
        let draft = Draft::new(Arc::clone(&self.topic), key, msg).owned_by(Arc::clone(name));
        let known = self.log.append(draft).map_err(|full| full.to_string())?;
        if !*self.log.shared().borrow() {
            // It has to be announced as waiting.
            self.changed.notify_one();
        }
        Ok(known)
    }
    // ANCHOR_END: append

    // ANCHOR: broadcast_names
    /// Broadcasts who has joined and who has left since the last time.
    fn broadcast_names(&self) {
        let here = self.log.here(&self.topic);
        let mut state = self.state();
        let were_here = &take(&mut state.left) | &state.here;
        let left: Vec<Arc<str>> = were_here.difference(&here).cloned().collect();
        let joined: Vec<Arc<str>> = here.difference(&state.here).cloned().collect();
        state.here = here;
        if !left.is_empty() {
            self.members.send(Broadcast::to_all(&ServerMessage::Left { names: &left }));
        }
        if !joined.is_empty() {
            self.members.send(Broadcast::of_joined(joined));
        }
    }
    // ANCHOR_END: broadcast_names

    /// Broadcasts who is typing.
    fn broadcast_typing(&self) {
        for name in take(&mut self.state().typing) {
            let frame = encode(&ServerMessage::Typing { name: &name });
            self.members.send(Broadcast { sender: Some((name, None)), ..Broadcast::new(frame) });
        }
    }

    /// Broadcasts the messages that wait for Redis and have not been announced.
    async fn broadcast_waiting(&self) {
        let from = self.state().waiting_from;
        let (waiting, next) = self.log.pending(&self.topic, from);
        self.state().waiting_from = next;
        for (number, draft) in waiting.into_iter().enumerate() {
            if number % BATCH == 0 {
                self.members.wait_for_capacity().await;
            }
            let (from, text, key) = (&*draft.owner, &*draft.data, &*draft.key);
            self.members.send(Broadcast::to_all(&ServerMessage::Waiting { from, text, key }));
        }
    }

    // ANCHOR: broadcast_messages
    /// Broadcasts messages. The sender of a message receives its id instead.
    fn broadcast_messages(&self, events: &[Event]) {
        for event in events {
            let Some(frame) = encode_message(event) else { continue };
            let (key, time) = (&*event.key, event.id.milliseconds);
            let sent = encode(&ServerMessage::Sent { key, id: event.id, time });
            let sender = Some((Arc::clone(&event.owner), Some(sent)));
            self.members.send(Broadcast { sender, id: Some(event.id), ..Broadcast::new(frame) });
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
async fn broadcast(room: Weak<Room>, log: EventLog, changed: Arc<Notify>, mut cursor: Cursor) {
    let Some(topic) = room.upgrade().map(|room| room.topic.clone()) else { return };
    let (mut messages, mut names) =
        (log.message_notifications(&topic), log.name_notifications(&topic));
    // What has happened since the room was opened is news.
    messages.mark_changed();
    names.mark_changed();
    let mut shared = log.shared();
    let mut was_shared = *shared.borrow_and_update();
    let (mut are_names_new, mut next_names) = (false, Instant::now());
    loop {
        let mut is_about_shared = false;
        tokio::select! {
            _ = messages.changed() => {}
            () = changed.notified() => {}
            _ = shared.changed() => is_about_shared = true,
            _ = names.changed(), if !are_names_new => {
                are_names_new = true;
                continue;
            }
            () = sleep_until(next_names), if are_names_new => {}
        }
        // ANCHOR_END: broadcast
        // ANCHOR: broadcast_all
        let Some(room) = room.upgrade() else { return };
        // Members are announced before the room receives what they say.
        if are_names_new || names.has_changed().unwrap_or(false) {
            are_names_new = false;
            names.mark_unchanged();
            room.broadcast_names();
            next_names = Instant::now() + CHANGES_INTERVAL;
        }
        room.broadcast_typing();
        is_about_shared |= shared.has_changed().unwrap_or(false);
        let is_shared = *shared.borrow_and_update();
        // Another event may have come first, and taken note of the change.
        if is_about_shared || is_shared != was_shared {
            was_shared = is_shared;
            room.members.send(Broadcast::to_all(&ServerMessage::Shared { shared: is_shared }));
        }
        if !is_shared {
            room.broadcast_waiting().await;
        }
        loop {
            let missed = log.read(&mut cursor, BATCH);
            room.broadcast_messages(&missed.events);
            room.members.wait_for_capacity().await;
            if missed.events.is_empty() {
                break;
            }
        }
    }
}
// ANCHOR_END: broadcast_all

/// Encodes a message from the log as the members receive it. An event without an owner is not a
/// message of a member, and is passed over.
fn encode_message(Event { id, owner, key, data, .. }: &Event) -> Option<Encoded> {
    let (id, time) = (*id, id.milliseconds);
    let message = ServerMessage::Message { sender: owner, msg: data, id, time, key };
    (!owner.is_empty()).then(|| encode(&message))
}

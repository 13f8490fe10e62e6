//! A room: the task that sends its members on this server everything that happens.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::mem::{replace, take};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use echo::{Connection, Encoded};
use event_log::{Cursor, Draft, Event, EventId, EventLog, random_key};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::delivery::audience::{Amount, Audience, Judgement, wait_until};
use crate::delivery::broadcast::{Batch, Broadcast, encode, write_json};
use crate::delivery::inbox::{Answer, Feed, Inbox};
use crate::delivery::line::Line;
use crate::delivery::participant::{Handled, Said};
use crate::delivery::stream::Stream;
use crate::metrics::Metrics;
use crate::protocol::{ClientMessage, ServerMessage, Text};
use crate::rooms::lookout::Lookout;

/// Older messages that a new member receives.
const HISTORY: usize = 50;
/// Messages that are broadcast at a time, and about how many bytes.
const BATCH: usize = 64;
const BATCH_BYTES: usize = 64 * 1024;
/// While this many bytes of messages wait for the room's task, no member is read. Otherwise the log
/// would drop the oldest messages before they are sent.
const UNSENT_MAX: usize = 1024 * 1024;
/// What a message costs in addition to its text, in bytes.
const MESSAGE_BYTES: usize = 256;
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
    members: Audience,
    /// The limit on the bytes that wait for a member (`--max-queue`).
    queue_max: usize,
    state: Mutex<State>,
    /// Notified when somebody is typing, or has sent a message that has to wait for Redis.
    changed: Arc<Notify>,
    /// Approximate size of the messages from members on this server that are not broadcast yet.
    unsent: AtomicUsize,
    /// The task that broadcasts. It ends with the room.
    task: Mutex<JoinSet<()>>,
}

#[derive(Default)]
struct State {
    /// The members, here and on other servers, as they were announced last.
    here: BTreeSet<Arc<str>>,
    /// Names that were in a new member's welcome before they were announced. Their members may leave
    /// again before the next announcement.
    welcomed: BTreeSet<Arc<str>>,
    /// Members whose typing is not announced yet.
    typing: BTreeSet<Arc<str>>,
    /// Messages that wait for Redis are numbered. Those from this one on are not announced yet.
    waiting_from: u64,
}
// ANCHOR_END: room

/// Returns the topic of a room in the log. The names in a room belong to it, too.
pub(crate) fn topic_of(room: &str) -> Arc<str> {
    format!("room/{room}").into()
}

/// How the messages of a room become frames.
static FEED: Feed = Feed {
    frame: |_, event| Encoded::texts([event], write_message),
    gap: |_| encode(&ServerMessage::Gap {}),
};

impl Room {
    /// Opens an empty room and starts its task. Must be called on a tokio runtime.
    pub(crate) fn open(
        name: &str,
        log: &EventLog,
        metrics: &Arc<Metrics>,
        queue_max: usize,
    ) -> Arc<Self> {
        let topic = topic_of(name);
        let cursor = log.newcomer(&topic, 0);
        let state = State { here: log.here(&topic), ..State::default() };
        let room = Arc::new(Self {
            name: name.into(),
            topic,
            log: log.clone(),
            members: Audience::new(Arc::clone(metrics)),
            queue_max,
            state: Mutex::new(state),
            changed: Arc::default(),
            unsent: AtomicUsize::new(0),
            task: Mutex::default(),
        });
        let task = broadcast(&room, cursor);
        room.task.lock().unwrap_or_else(PoisonError::into_inner).spawn(task);
        room
    }

    // ANCHOR: enter
    /// Adds a member who has seen the messages up to `after`, or `None` if the member is new here.
    /// Returns the line to the member.
    pub(crate) fn enter(
        &self,
        name: &Arc<str>,
        after: Option<EventId>,
        connection: Connection<Stream>,
    ) -> Arc<Line> {
        let cursor = match after {
            Some(after) => self.log.reader(&self.topic, after),
            None => self.log.newcomer(&self.topic, HISTORY),
        };
        // The lock is held until the member receives broadcasts. So the room's next announcement of names
        // is the first one that the member receives.
        let mut state = self.state();
        let mut here = self.log.here(&self.topic);
        here.insert(Arc::clone(name));
        let unannounced: BTreeSet<Arc<str>> = here.difference(&state.here).cloned().collect();
        state.welcomed.extend(unannounced.iter().cloned());
        let shared = self.log.is_shared();
        let (room, you, after) = (&*self.name, &**name, cursor.after());
        let welcome = encode(&ServerMessage::Welcome { room, you, here, shared, after });
        let inbox = Inbox::new(&FEED, cursor, welcome, unannounced);
        let line = Line::new(Arc::clone(name), connection, inbox);
        self.members.add(Arc::clone(&line));
        line
    }
    // ANCHOR_END: enter

    /// Returns the number of members on this server, and what waits for them.
    pub(crate) fn amount(&self) -> Amount {
        self.members.amount()
    }

    /// A member's connection has ended. Returns whether it was the last one on this server.
    pub(crate) fn leave(&self, line: &Arc<Line>) -> bool {
        self.members.remove(line) == 0
    }

    /// Handles a message from a member. Returns the answer that only this member receives, if any.
    ///
    /// A person who types by hand does not need to write JSON: a text that is not a JSON object is
    /// the message itself.
    pub(crate) fn handle(&self, name: &Arc<str>, text: &str) -> Handled {
        if !text.trim_start().starts_with('{') {
            return self.say(name, text, None);
        }
        let answer = match serde_json::from_str(text) {
            Ok(ClientMessage { msg: Some(Text(msg)), key, .. }) => {
                return self.say(name, &msg, key.map(|Text(key)| key));
            }
            Ok(ClientMessage { typing: Some(typing), .. }) => {
                let mut state = self.state();
                // In a crowd, a long list of those who are typing helps nobody.
                if typing && state.typing.len() < BATCH {
                    state.typing.insert(Arc::clone(name));
                    self.changed.notify_one();
                }
                None
            }
            Ok(ClientMessage { ping: Some(ping), .. }) => ping.then(Answer::pong),
            _ => Some(Answer::unreadable(text, &ClientMessage::FIELDS, ClientMessage::HOW)),
        };
        Handled::Answered(answer)
    }

    /// Handles a message. A member who has not given it a key will not send it again.
    fn say(&self, name: &Arc<str>, msg: &str, own_key: Option<Cow<'_, str>>) -> Handled {
        let has_own_key = own_key.is_some();
        let key = own_key.unwrap_or_else(|| random_key().into());
        let problem = if msg.trim().is_empty() {
            Some("there is nothing in it")
        } else if key.is_empty() || key.len() > KEY_MAX {
            Some("its key is not 1 to 64 bytes long")
        } else {
            None
        };
        if let Some(problem) = problem {
            // A key that was drawn here means nothing to the sender.
            let key = if has_own_key { &*key } else { "" };
            return Handled::Answered(Some(Answer::refused(key, problem)));
        }
        let draft = Draft::new(Arc::clone(&self.topic), key, msg).owned_by(Arc::clone(name));
        Handled::Said(Said { draft, has_own_key })
    }

    // ANCHOR: append
    /// Appends messages to the log. Returns the answers to those that are known or refused.
    pub(crate) fn append(&self, said: &[Said]) -> Vec<Answer> {
        let outcomes = self.log.append_all(said.iter().map(|said| said.draft.clone()));
        let (mut answers, mut unsent) = (Vec::new(), 0);
        for (Said { draft, has_own_key }, outcome) in said.iter().zip(outcomes) {
            match outcome {
                Ok(None) => unsent += draft.data.len() + MESSAGE_BYTES,
                // The member may have missed that it arrived.
                Ok(Some(id)) => {
                    let (key, time) = (&*draft.key, id.milliseconds);
                    let frame = encode(&ServerMessage::Sent { key, id, time });
                    answers.push(Answer { frame, id: Some(id), is_refusal: false });
                }
                Err(problem) => {
                    let key = if *has_own_key { &*draft.key } else { "" };
                    answers.push(Answer::refused(key, &problem.to_string()));
                }
            }
        }
        if self.log.is_shared() {
            self.unsent.fetch_add(unsent, Ordering::Relaxed);
        } else {
            // The messages wait for Redis, and the members are told so.
            self.changed.notify_one();
        }
        answers
    }
    // ANCHOR_END: append

    // ANCHOR: is_behind
    /// Returns whether the members say more than the room's task can send. Until it has caught up,
    /// their own TCP makes them wait. Nobody loses anything.
    pub(crate) fn is_behind(&self) -> bool {
        self.unsent.load(Ordering::Relaxed) > UNSENT_MAX && self.log.is_shared()
    }
    // ANCHOR_END: is_behind

    /// Notes that these messages are being sent, and whether there are no others.
    fn note_sent(&self, events: &[Event], is_all: bool) {
        let bytes: usize = events.iter().map(|event| event.data.len() + MESSAGE_BYTES).sum();
        let left = |unsent: usize| if is_all { 0 } else { unsent.saturating_sub(bytes) };
        let _ = self
            .unsent
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |unsent| Some(left(unsent)));
    }

    // ANCHOR: broadcast_joined
    /// Broadcasts who has joined. Includes members who have left again but were in a welcome, or have
    /// sent one of these messages. Returns whether a member is behind.
    async fn broadcast_joined(&self, here: &BTreeSet<Arc<str>>, events: &[Event]) -> bool {
        let (joined, lines) = {
            // Members who enter from now on receive these names in their welcome.
            let mut state = self.state();
            let welcomed = take(&mut state.welcomed);
            let senders = events.iter().map(|event| &event.owner);
            let present: BTreeSet<Arc<str>> =
                here.iter().chain(senders).chain(&welcomed).cloned().collect();
            let joined: Vec<Arc<str>> = present.difference(&state.here).cloned().collect();
            state.here.extend(joined.iter().cloned());
            (joined, self.members.lines())
        };
        !joined.is_empty() && self.members.send(Broadcast::joined(joined), &lines).await
    }
    // ANCHOR_END: broadcast_joined

    /// Broadcasts who has left. A member who has sent one of the messages that are `still_to_come`
    /// leaves after them. Returns whether a member is behind.
    async fn broadcast_left(&self, here: &BTreeSet<Arc<str>>, still_to_come: &[Event]) -> bool {
        let (left, lines) = {
            let mut state = self.state();
            let were_here = take(&mut state.here);
            let speaks = |name: &&Arc<str>| still_to_come.iter().any(|event| event.owner == **name);
            let (stay, left): (Vec<_>, Vec<_>) = were_here.difference(here).partition(speaks);
            state.here = here.iter().chain(stay).cloned().collect();
            (left.into_iter().cloned().collect::<Vec<Arc<str>>>(), self.members.lines())
        };
        if left.is_empty() {
            return false;
        }
        let left = Broadcast::news(&ServerMessage::Left { names: &left });
        self.members.send(left, &lines).await
    }

    /// Broadcasts who is typing.
    async fn broadcast_typing(&self) {
        let typing = take(&mut self.state().typing);
        for name in typing {
            self.members.send(Broadcast::typing(name), &self.members.lines()).await;
        }
    }

    /// Broadcasts the messages that wait for Redis and have not been announced.
    async fn broadcast_waiting(&self) {
        let from = self.state().waiting_from;
        let (waiting, next) = self.log.pending(&self.topic, from);
        self.state().waiting_from = next;
        for draft in waiting {
            let (from, text, key) = (&*draft.owner, &*draft.data, &*draft.key);
            let waiting = Broadcast::news(&ServerMessage::Waiting { from, text, key });
            self.members.send(waiting, &self.members.lines()).await;
        }
    }

    // ANCHOR: broadcast_messages
    /// Broadcasts messages, and takes them away. Returns whether a member is behind.
    async fn broadcast_messages(&self, events: &mut Vec<Event>) -> bool {
        let mut is_behind = false;
        while !events.is_empty() {
            let batch = Broadcast::Messages(batch_of(take_batch(events)));
            is_behind |= self.members.send(batch, &self.members.lines()).await;
        }
        is_behind
    }
    // ANCHOR_END: broadcast_messages

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// ANCHOR: broadcast
/// Broadcasts everything that happens in a room, until the room is closed. Only this task
/// broadcasts, so all members receive everything in one order. It never waits for a member.
fn broadcast(room: &Arc<Room>, mut cursor: Cursor) -> impl Future<Output = ()> + use<> {
    let (log, changed) = (room.log.clone(), Arc::clone(&room.changed));
    let mut messages = log.message_notifications(&room.topic);
    let mut names = log.name_notifications(&room.topic);
    // Look once at the beginning: something may have happened since the room was opened.
    messages.mark_changed();
    names.mark_changed();
    let mut shared = log.shared();
    let mut was_shared = *shared.borrow_and_update();
    let (mut are_names_new, mut next_names) = (false, Instant::now());
    let (mut judgement, mut lookout) = (Judgement::default(), Lookout::new());
    // The task must not keep its own room open.
    let room = Arc::downgrade(room);
    // An async fn would store its arguments twice.
    async move {
        loop {
            let mut is_about_shared = false;
            let names_due = are_names_new.then_some(next_names);
            let due = names_due.into_iter().chain(judgement.due()).min();
            tokio::select! {
                _ = messages.changed() => {}
                () = changed.notified() => {}
                _ = shared.changed() => is_about_shared = true,
                _ = names.changed(), if !are_names_new => {
                    are_names_new = true;
                    continue;
                }
                // One timer for both: it is the largest part of what a quiet room keeps in memory.
                () = wait_until(due) => {}
            }
            // ANCHOR_END: broadcast
            lookout.note();
            let Some(room) = room.upgrade() else { return };
            is_about_shared |= shared.has_changed().unwrap_or(false);
            let is_shared = *shared.borrow_and_update();
            // Another event may have come first, and taken note of the change.
            if is_about_shared || is_shared != was_shared {
                was_shared = is_shared;
                let news = Broadcast::news(&ServerMessage::Shared { shared: is_shared });
                room.members.send(news, &room.members.lines()).await;
            }
            // ANCHOR: broadcast_all
            let mut here = None;
            loop {
                let mut news = News::read(&log, &mut cursor, &mut names, take(&mut are_names_new));
                let is_all = news.events.len() < BATCH;
                room.note_sent(&news.events, is_all);
                // A member is announced before the first message of that member.
                if let Some(new) = news.here {
                    judgement.note(room.broadcast_joined(&new, &news.events).await);
                    here = Some(new);
                    next_names = Instant::now() + CHANGES_INTERVAL;
                }
                if let (true, Some(here)) = (is_all, &here) {
                    judgement.note(room.broadcast_left(here, &news.events).await);
                }
                room.broadcast_typing().await;
                // More messages came at once than the log keeps.
                if let (true, Some(next)) = (news.is_gap, news.events.first()) {
                    room.members.send(Broadcast::gap(next.id), &room.members.lines()).await;
                }
                judgement.note(room.broadcast_messages(&mut news.events).await);
                // Inside the loop: in a busy room, there may always be more messages.
                judgement.judge(&room.members, room.queue_max);
                if is_all {
                    break;
                }
            }
            if let Some(here) = here {
                judgement.note(room.broadcast_left(&here, &[]).await);
            }
            // ANCHOR_END: broadcast_all
            if !is_shared {
                room.broadcast_waiting().await;
            }
            // A room that has lost its last member is closed meanwhile.
            drop(room);
            log.tidy();
            lookout.look(|| messages.has_changed().unwrap_or(true)).await;
        }
    }
}

// ANCHOR: news
/// What is new in a room.
struct News {
    /// Whether messages before these are no longer kept.
    is_gap: bool,
    /// Messages, at most [`BATCH`] of them.
    events: Vec<Event>,
    /// The members at the moment when these were the newest messages, if that has changed.
    here: Option<BTreeSet<Arc<str>>>,
}
// ANCHOR_END: news

impl News {
    fn read(
        log: &EventLog,
        cursor: &mut Cursor,
        names: &mut watch::Receiver<()>,
        are_names_new: bool,
    ) -> Self {
        let (missed, here) = log.read_with_members(cursor, BATCH, || {
            let have_changed = names.has_changed().unwrap_or(false);
            names.mark_unchanged();
            are_names_new || have_changed
        });
        Self { is_gap: missed.is_gap, events: missed.events, here }
    }
}

/// Takes the messages that are sent at once: few large ones, or many small ones.
fn take_batch(events: &mut Vec<Event>) -> Vec<Event> {
    let mut bytes = 0;
    let fits = events.iter().take_while(|event| {
        bytes += event.data.len();
        bytes < BATCH_BYTES
    });
    let count = fits.count().max(1);
    let rest = events.split_off(count);
    replace(events, rest)
}

// ANCHOR: batch_of
/// Encodes messages from the log into one batch.
fn batch_of(events: Vec<Event>) -> Batch {
    let frames = Encoded::texts(&events, write_message);
    Batch::new(events, frames)
}

/// Writes a message as the members receive it.
fn write_message(Event { id, owner, key, data, .. }: &Event, json: &mut Vec<u8>) {
    let (id, time) = (*id, id.milliseconds);
    write_json(&ServerMessage::Message { sender: owner, msg: data, id, time, key }, json);
}
// ANCHOR_END: batch_of

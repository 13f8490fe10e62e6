//! A room: who is in it, and the one voice that tells them what happens.

use std::collections::{BTreeSet, HashMap};
use std::mem::take;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use echo::Encoded;
use polling::{Event, EventId, EventLog, fresh_key};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::inbox::Inbox;
use crate::news::{Feed, News, encode};
use crate::words::{Kept, Said, Told};

/// Messages of before that a newcomer gets.
const BEFORE: usize = 50;
/// Messages that are told in one go.
const BATCH: usize = 64;
/// Messages that are told at a time although they wait for Redis.
const WAITING_MAX: usize = 4096;
/// The longest key of a message, in bytes.
const KEY_MAX: usize = 64;
/// Who comes and goes is told so often at most: when five thousand come at once, that is a few
/// hundred frames for each of them, and not five thousand.
const REST: Duration = Duration::from_millis(50);
/// How long the voice waits at a time for something to tell.
const LONG: Duration = Duration::from_hours(1);

/// A room, for as long as there is somebody in it.
pub(crate) struct Room {
    pub(crate) name: Arc<str>,
    topic: String,
    log: EventLog,
    feed: Feed,
    state: Mutex<State>,
    /// There is something to tell that is not in the log.
    changed: Arc<Notify>,
    /// The voice ends with the room.
    voice: Mutex<JoinSet<()>>,
}

#[derive(Default)]
struct State {
    /// The last message that was told.
    told: EventId,
    /// Members on this server.
    here: HashMap<Arc<str>, Member>,
    /// Members on other servers.
    elsewhere: BTreeSet<Arc<str>>,
    next_number: u64,
    /// What has happened since the voice last spoke.
    joined: Vec<Arc<str>>,
    left: Vec<Arc<str>>,
    typing: BTreeSet<Arc<str>>,
    waiting: Vec<News>,
    shared: Option<bool>,
}

impl State {
    /// Is this name here, and does it belong to this session?
    fn here_with(&self, name: &str, session: &str) -> bool {
        let member = self.here.get(name);
        !session.is_empty() && member.is_some_and(|member| member.session == session)
    }
}

struct Member {
    /// Tells which connection this is, if there have been several of that name.
    number: u64,
    /// A secret of the page, by which it is known when it comes back.
    session: String,
    /// Dropped when somebody takes the place.
    _held: oneshot::Sender<()>,
}

impl Room {
    /// An empty room, and its voice. Must be called on a tokio runtime.
    pub(crate) fn open(name: &str, log: &EventLog) -> Arc<Self> {
        let topic = format!("room/{name}");
        let told = log.newest(&topic);
        let state = State { told, ..State::default() };
        let room = Arc::new(Self {
            name: name.into(),
            topic,
            log: log.clone(),
            feed: Feed::new(),
            state: Mutex::new(state),
            changed: Arc::default(),
            voice: Mutex::default(),
        });
        let voice = speak(Arc::downgrade(&room), log.clone(), Arc::clone(&room.changed), told);
        room.voice.lock().unwrap_or_else(PoisonError::into_inner).spawn(voice);
        room
    }

    // ANCHOR: enter
    /// Lets somebody in, who has seen the messages up to `after`; `None` if they are new here.
    ///
    /// # Errors
    /// A reason for the one who wants to come in. A name belongs to one at a time: the tutorials
    /// give it to whoever comes last, and messages go astray (fault F22).
    pub(crate) fn enter(
        &self,
        name: &str,
        session: &str,
        after: Option<EventId>,
    ) -> Result<(u64, Inbox), &'static str> {
        let mut state = self.state();
        let is_back = state.here.contains_key(name);
        if is_back && !state.here_with(name, session) {
            return Err(TAKEN);
        }
        let number = state.next_number;
        state.next_number += 1;
        let name: Arc<str> = name.into();
        let (held, taken) = oneshot::channel();
        let member = Member { number, session: session.to_owned(), _held: held };
        state.here.insert(Arc::clone(&name), member);
        if !is_back {
            state.joined.push(Arc::clone(&name));
            state.left.retain(|left| *left != name);
            self.changed.notify_one();
        }
        let greeting = self.greeting(&state, &name, after);
        Ok((number, Inbox::new(&name, greeting, self.feed.subscribe(), taken)))
    }
    // ANCHOR_END: enter

    /// What a newcomer gets first: who is here, and what they have missed.
    fn greeting(
        &self,
        state: &State,
        name: &str,
        after: Option<EventId>,
    ) -> impl Iterator<Item = Encoded> + Send + use<> {
        let mut here: BTreeSet<Arc<str>> = state.here.keys().cloned().collect();
        here.extend(state.elsewhere.iter().cloned());
        let shared = *self.log.shared().borrow();
        let welcome = encode(&Told::Welcome { room: &self.name, you: name, here, shared });
        let mut missed = self.log.after(&self.topic, after.unwrap_or_default());
        // The rest is about to be told to everyone.
        missed.retain(|event| event.id <= state.told);
        let skipped = if after.is_some() { 0 } else { missed.len().saturating_sub(BEFORE) };
        let missed = missed.into_iter().skip(skipped);
        std::iter::once(welcome).chain(missed.filter_map(|event| Some(read(&event)?.1)))
    }

    // ANCHOR: leave
    /// Sees somebody off, whatever has ended their connection (fault F18). `false` if they have come
    /// back meanwhile, over another one.
    pub(crate) fn leave(&self, name: &str, number: u64) -> bool {
        let mut state = self.state();
        let is_gone = state.here.get(name).is_some_and(|member| member.number == number);
        if is_gone && let Some((name, _)) = state.here.remove_entry(name) {
            state.joined.retain(|joined| *joined != name);
            // They may have come back over another server.
            if !state.elsewhere.contains(&name) {
                state.left.push(name);
                self.changed.notify_one();
            }
        }
        is_gone
    }
    // ANCHOR_END: leave

    /// Has somebody else this name?
    pub(crate) fn is_taken(&self, name: &str, session: &str) -> bool {
        let state = self.state();
        state.here.contains_key(name) && !state.here_with(name, session)
    }

    /// Had somebody on another server this name, when we last heard of them?
    pub(crate) fn is_elsewhere(&self, name: &str) -> bool {
        self.state().elsewhere.contains(name)
    }

    /// Is somebody of this name here?
    pub(crate) fn has(&self, name: &str) -> bool {
        self.state().here.contains_key(name)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.state().here.is_empty()
    }

    /// Hears what a member says, and returns what only they are told.
    ///
    /// Whoever types at us by hand need not write JSON: what is no JSON object is the message.
    pub(crate) fn hear(&self, name: &str, text: &str) -> Option<Encoded> {
        let said = if text.trim_start().starts_with('{') {
            let Ok(said) = serde_json::from_str(text) else {
                let reason = r#"say it like {"msg": "hello", "key": "1"} or {"typing": true}"#;
                return Some(encode(&Told::Refused { key: "", reason }));
            };
            said
        } else {
            Said::Message { msg: text.to_owned(), key: None }
        };
        match said {
            Said::Message { msg, key } => {
                let key = key.unwrap_or_else(fresh_key);
                match self.say(name, &msg, &key) {
                    Ok(None) => None,
                    // They have missed that we heard it.
                    Ok(Some(id)) => {
                        Some(encode(&Told::Sent { key: &key, id, time: id.milliseconds }))
                    }
                    Err(reason) => Some(encode(&Told::Refused { key: &key, reason: &reason })),
                }
            }
            Said::Typing { typing } => {
                let mut state = self.state();
                // In a crowd, nobody wants to know who they all are.
                if typing && state.typing.len() < BATCH {
                    state.typing.insert(name.into());
                    self.changed.notify_one();
                }
                None
            }
        }
    }

    // ANCHOR: say
    /// Appends a message to the log. If it is there already, says where.
    fn say(&self, name: &str, msg: &str, key: &str) -> Result<Option<EventId>, String> {
        if msg.trim().is_empty() {
            return Err("there is nothing in it".to_owned());
        }
        if key.is_empty() || key.len() > KEY_MAX {
            return Err("its key is not 1 to 64 bytes long".to_owned());
        }
        let kept = Kept { sender: name.to_owned(), msg: msg.to_owned() };
        let data = serde_json::to_string(&kept).map_err(|error| error.to_string())?;
        // Two people may well have the same key. No name has a line's end in it, so nobody can make
        // their name and key look like another's.
        let own_key = format!("{name}\n{key}");
        let known = self.log.id_of(&self.topic, &own_key);
        if known.is_some() {
            return Ok(known);
        }
        self.log.append(&self.topic, &own_key, &data).map_err(|full| full.to_string())?;
        if !*self.log.shared().borrow() {
            let frame = encode(&Told::Waiting { from: name, text: msg, key });
            let mut state = self.state();
            // Of a flood, the rest is seen when it has its place.
            if state.waiting.len() < WAITING_MAX {
                state.waiting.push(News { frame, sender: None });
                self.changed.notify_one();
            }
        }
        Ok(None)
    }
    // ANCHOR_END: say

    /// Takes note of who is on the other servers.
    pub(crate) fn set_elsewhere(&self, elsewhere: BTreeSet<Arc<str>>) {
        let mut state = self.state();
        let state = &mut *state;
        let others = |names: &BTreeSet<Arc<str>>, but: &BTreeSet<Arc<str>>| -> Vec<Arc<str>> {
            let others = names.difference(but).filter(|name| !state.here.contains_key(*name));
            others.cloned().collect()
        };
        let joined = others(&elsewhere, &state.elsewhere);
        let left = others(&state.elsewhere, &elsewhere);
        if !joined.is_empty() || !left.is_empty() {
            state.joined.extend(joined);
            state.left.extend(left);
            self.changed.notify_one();
        }
        state.elsewhere = elsewhere;
    }

    /// Somebody has come back over another server: their connection here is closed.
    pub(crate) fn goes_on_elsewhere(&self, name: &Arc<str>) {
        let mut state = self.state();
        state.here.remove(name);
        state.elsewhere.insert(Arc::clone(name));
    }

    /// The names of the members on this server, with their sessions.
    pub(crate) fn here(&self) -> Vec<(Arc<str>, String)> {
        let state = self.state();
        state.here.iter().map(|(name, member)| (Arc::clone(name), member.session.clone())).collect()
    }

    /// Tells everyone whether the other servers are heard.
    pub(crate) fn set_shared(&self, shared: bool) {
        self.state().shared = Some(shared);
        self.changed.notify_one();
    }

    /// Tells what has happened that is not in the log.
    fn tell_changes(&self) {
        let mut state = self.state();
        let (left, joined) = (take(&mut state.left), take(&mut state.joined));
        if !left.is_empty() {
            self.feed.tell(News::for_all(&Told::Left { names: &left }));
        }
        if !joined.is_empty() {
            let frame = encode(&Told::Joined { names: &joined });
            // Who comes alone need not be told. In a crowd, they find themselves among the others.
            let sender = if let [alone] = &*joined { Some((alone.clone(), None)) } else { None };
            self.feed.tell(News { frame, sender });
        }
        for name in take(&mut state.typing) {
            let frame = encode(&Told::Typing { name: &name });
            self.feed.tell(News { frame, sender: Some((name, None)) });
        }
        if let Some(shared) = state.shared.take() {
            self.feed.tell(News::for_all(&Told::Shared { shared }));
        }
    }

    /// Tells what waits for Redis.
    async fn tell_waiting(&self) {
        let waiting = take(&mut self.state().waiting);
        for (number, news) in waiting.into_iter().enumerate() {
            if number % BATCH == 0 {
                self.feed.give_way().await;
            }
            self.feed.tell(news);
        }
    }

    // ANCHOR: tell_messages
    /// Tells messages. The one who said it is told its id instead.
    fn tell_messages(&self, events: &[Event]) {
        let mut state = self.state();
        for event in events {
            // What is not ours to read is passed over.
            if let Some((kept, frame)) = read(event) {
                let (key, time) = (own_key(event, &kept), event.id.milliseconds);
                let sent = encode(&Told::Sent { key, id: event.id, time });
                let sender = Some((kept.sender.as_str().into(), Some(sent)));
                self.feed.tell(News { frame, sender });
            }
            state.told = event.id;
        }
    }
    // ANCHOR_END: tell_messages

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why somebody is not let in.
pub(crate) const TAKEN: &str = "that name is taken here: choose another";

// ANCHOR: speak
/// Speaks for a room until it is gone. Whatever is told comes from here, so it comes to all members
/// in one order, and never faster than they can take it.
async fn speak(room: Weak<Room>, log: EventLog, changed: Arc<Notify>, mut told: EventId) {
    let Some(topic) = room.upgrade().map(|room| room.topic.clone()) else { return };
    let mut rested = Instant::now();
    loop {
        let something_changed = async {
            changed.notified().await;
            sleep_until(rested).await;
        };
        let events = tokio::select! {
            events = log.wait(&topic, told, LONG) => events,
            () = something_changed => Vec::new(),
        };
        let Some(room) = room.upgrade() else { return };
        room.tell_changes();
        room.tell_waiting().await;
        for batch in events.chunks(BATCH) {
            room.tell_messages(batch);
            room.feed.give_way().await;
        }
        told = events.last().map_or(told, |event| event.id);
        room.feed.give_way().await;
        rested = Instant::now() + REST;
    }
}
// ANCHOR_END: speak

/// A message from the log, and the frame that tells it.
fn read(event: &Event) -> Option<(Kept, Encoded)> {
    let kept: Kept = serde_json::from_str(&event.data).ok()?;
    let frame = encode(&Told::Message {
        sender: &kept.sender,
        msg: &kept.msg,
        id: event.id,
        time: event.id.milliseconds,
        key: own_key(event, &kept),
    });
    Some((kept, frame))
}

/// A message's key as its sender knows it: without the sender's name and a line's end.
fn own_key<'event>(event: &'event Event, kept: &Kept) -> &'event str {
    event.key.get(kept.sender.len() + 1..).unwrap_or_default()
}

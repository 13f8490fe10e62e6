//[ 18
//! Rooms at `/ws/ROOM/NAME`: a message of one member is sent to all others.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tokio::sync::mpsc::{self, Receiver, Sender};

/// The limit on rooms. To make place for another one, an empty room is dropped.
const ROOMS_MAX: usize = 1000;
/// The number of messages that a room keeps, for members who come back.
const HISTORY_MAX: usize = 1000;
/// The number of them that a new member receives.
const RECENT: usize = 50;
/// The limit on texts that wait for a member. A member for whom more would wait is too slow.
const QUEUE_MAX: usize = 1000;

/// A text for members. Many queues may have it, and share its bytes.
type Text = Arc<str>;

/// The room and the name that a request asks for.
pub struct Place {
    room: String,
    name: String,
    /// The last message that the client has received, if it comes back.
    after: Option<u64>,
}

impl Place {
    /// Parses the target of a request, such as `/ws/lobby/ada?after=7`. Returns `None` if it does not
    /// name a room.
    pub fn parse(target: &str) -> Option<Place> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let (room, name) = path.strip_prefix("/ws/")?.split_once('/')?;
        let after = query.split('&').find_map(|part| part.strip_prefix("after="));
        let after = after.and_then(|id| id.parse().ok());
        Some(Place { room: decode(room), name: decode(name), after })
    }
}

/// Decodes a part of a path, in which `%20` is a space (RFC 3986 §2.1). Returns an empty text, which
/// is not a valid name, if the part cannot be decoded.
fn decode(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or("").as_bytes().to_vec();
    for part in parts {
        let digits = part.get(..2).unwrap_or("");
        let Ok(byte) = u8::from_str_radix(digits, 16) else { return String::new() };
        bytes.push(byte);
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap_or_default()
}

fn is_name(name: &str, max: usize) -> bool {
    let length = name.chars().count();
    (1..=max).contains(&length) && !name.contains(char::is_control)
}

/// A message that a room keeps.
struct Message {
    id: u64,
    sender: String,
    /// The sender's key for this message. A sender that does not know whether we have received it sends
    /// it again under the same key.
    key: Option<String>,
    /// When we received it, in milliseconds since 1970.
    time: u64,
    text: Text,
}

/// A member of a room, as the others see it.
struct Member {
    /// Distinguishes this member from a later one with the same name.
    number: u64,
    /// The texts that wait for this member.
    queue: Sender<Text>,
}

/// A member of a room, as its own task sees it.
pub struct Seat {
    room: String,
    name: String,
    number: u64,
    queue: Receiver<Text>,
}

impl Seat {
    /// Waits for the next text for this member. Returns `None` if the room has removed it.
    pub async fn next_text(&mut self) -> Option<Text> {
        self.queue.recv().await
    }

    /// Returns the next text for this member, if one waits already.
    pub fn waiting_text(&mut self) -> Option<Text> {
        self.queue.try_recv().ok()
    }
}

#[derive(Default)]
struct Room {
    members: HashMap<String, Member>,
    /// The last messages, oldest first.
    history: VecDeque<Message>,
}

impl Room {
    fn has(&self, seat: &Seat) -> bool {
        self.members.get(&seat.name).is_some_and(|member| member.number == seat.number)
    }

    /// Puts a text into the queues of some members, and removes each member whose queue is full. Never
    /// waits.
    fn tell(&mut self, text: &Text, is_for: impl Fn(&str) -> bool) {
        let mut slow = Vec::new();
        for (name, member) in &self.members {
            if is_for(name) && member.queue.try_send(Arc::clone(text)).is_err() {
                slow.push(name.clone());
            }
        }
        for name in slow {
            self.remove(&name);
        }
    }

    fn remove(&mut self, name: &str) {
        // This drops the sending end of the queue, so the member's task finds that the queue has ended.
        if self.members.remove(name).is_some() {
            self.tell(&text(json!({"type": "left", "names": [name]})), |_| true);
        }
    }

    /// Sends a message to all others, unless its key is known, and sends `sent` to its sender. A new
    /// message gets the id after `last_id`.
    fn post(&mut self, last_id: &mut u64, sender: &str, words: &str, key: Option<&str>) {
        let is_same = |old: &&Message| old.sender == sender && old.key.as_deref() == key;
        let known = self.history.iter().find(is_same).filter(|_| key.is_some());
        let (id, time) = match known {
            Some(old) => (old.id, old.time),
            None => {
                *last_id += 1;
                (*last_id, milliseconds())
            }
        };
        if known.is_none() {
            let fields = json!({
                "type": "message", "id": id, "time": time, "sender": sender, "msg": words,
            });
            let text = text(with_key(fields, key));
            self.tell(&text, |name| name != sender);
            let (sender, key) = (sender.to_string(), key.map(str::to_string));
            self.history.push_back(Message { id, sender, key, time, text });
            if self.history.len() > HISTORY_MAX {
                self.history.pop_front();
            }
        }
        // `sent` goes through the queue like all other texts. So the sender receives ids in their order,
        // and knows which message was the last.
        let sent = with_key(json!({"type": "sent", "id": id, "time": time}), key);
        self.tell(&text(sent), |name| name == sender);
    }
}

/// All rooms by their names, and the last numbers that were used.
#[derive(Default)]
struct State {
    rooms: HashMap<String, Room>,
    last_id: u64,
    last_number: u64,
}

impl State {
    /// Drops the empty room that has been quiet the longest. Returns whether there was one.
    fn forget_a_room(&mut self) -> bool {
        let empty = self.rooms.iter().filter(|(_, room)| room.members.is_empty());
        let quiet = empty.min_by_key(|(_, room)| room.history.back().map(|message| message.id));
        let name = quiet.map(|(name, _)| name.clone());
        name.is_some_and(|name| self.rooms.remove(&name).is_some())
    }
}

/// The rooms. All tasks share them behind one lock, so all members receive everything in the same
/// order. A task that holds the lock never waits for a client.
#[derive(Default)]
pub struct Rooms(Mutex<State>);

impl Rooms {
    /// Enters a room. Returns the seat and the texts to send first, or the reason for a refusal.
    pub fn enter(&self, place: Place) -> Result<(Seat, Vec<Text>), &'static str> {
        let Place { room: room_name, name, after } = place;
        if !is_name(&room_name, 64) || !is_name(&name, 32) {
            return Err("this is not a name");
        }
        let mut state = self.lock();
        let is_new = !state.rooms.contains_key(&room_name);
        if is_new && state.rooms.len() >= ROOMS_MAX && !state.forget_a_room() {
            return Err("there are too many rooms");
        }
        state.last_number += 1;
        let State { rooms, last_id, last_number: number } = &mut *state;
        let room = rooms.entry(room_name.clone()).or_default();
        if room.members.contains_key(&name) {
            return Err("this name is taken");
        }
        room.tell(&text(json!({"type": "joined", "names": [name]})), |_| true);
        let (sender, queue) = mpsc::channel(QUEUE_MAX);
        room.members.insert(name.clone(), Member { number: *number, queue: sender });

        let mut here: Vec<&String> = room.members.keys().collect();
        here.sort();
        let welcome = json!({"type": "welcome", "room": room_name, "you": name, "here": here});
        // An id that is higher than our last one is from before a restart.
        let start = match after.filter(|id| id <= last_id) {
            Some(id) => room.history.partition_point(|message| message.id <= id),
            None => room.history.len().saturating_sub(RECENT),
        };
        let mut texts = vec![text(welcome)];
        texts.extend(room.history.range(start..).map(|message| Arc::clone(&message.text)));
        Ok((Seat { room: room_name, name, number: *number, queue }, texts))
    }

    /// Handles a text that a member has sent: a JSON object, or plain text.
    pub fn say(&self, seat: &Seat, text_sent: &str) {
        let value: Value = serde_json::from_str(text_sent).unwrap_or_default();
        let mut state = self.lock();
        let State { rooms, last_id, .. } = &mut *state;
        // The room may have removed this member meanwhile.
        let Some(room) = rooms.get_mut(&seat.room).filter(|room| room.has(seat)) else { return };
        if !value.is_object() {
            return room.post(last_id, &seat.name, text_sent, None);
        }
        if value["typing"] == true {
            let typing = json!({"type": "typing", "name": seat.name});
            room.tell(&text(typing), |name| name != seat.name);
        }
        if let Some(words) = value["msg"].as_str() {
            room.post(last_id, &seat.name, words, value["key"].as_str());
        }
    }

    /// Leaves the room, unless the room has removed this member before.
    pub fn leave(&self, seat: &Seat) {
        let mut state = self.lock();
        if let Some(room) = state.rooms.get_mut(&seat.room).filter(|room| room.has(seat)) {
            room.remove(&seat.name);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no task panics while it holds the lock")
    }
}

fn text(value: Value) -> Text {
    value.to_string().into()
}

/// Adds the key of a message, if it has one.
fn with_key(mut fields: Value, key: Option<&str>) -> Value {
    if let Some(key) = key {
        fields["key"] = key.into();
    }
    fields
}

/// The time in milliseconds since 1970.
fn milliseconds() -> u64 {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    time.as_millis() as u64
}
//]

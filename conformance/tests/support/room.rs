//! The room, as steps/06-chat/README.md writes it down.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

use super::flaw::Flaw;
use super::frames::{Over, Wire};
use super::opening::hang_up;
use super::shared::Shared;

/// How many messages may wait for a member.
const QUEUE: usize = 64;
/// The number of the last message.
static IDS: AtomicU64 = AtomicU64::new(0);

/// All rooms by name.
pub(crate) type Rooms = HashMap<String, Room>;

/// One room.
#[derive(Default)]
pub(crate) struct Room {
    members: HashMap<String, Member>,
    history: Vec<Value>,
    keys: Vec<(String, Value)>,
}

struct Member {
    queue: SyncSender<String>,
    stream: TcpStream,
}

/// Lets somebody in, and out again.
pub(crate) fn serve(
    stream: &TcpStream,
    shared: &Shared,
    rooms: &Mutex<Rooms>,
    place: &str,
    rest: Vec<u8>,
) {
    let mut wire = Wire {
        stream,
        shared,
        unread: rest,
        used: 0,
        compressed: false,
        count: 0,
        key: Cell::default(),
        done: Arc::default(),
        kept: RefCell::default(),
    };
    let (place, query) = place.split_once('?').unwrap_or((place, ""));
    let (room, name) = place.split_once('/').unwrap_or(("lobby", place));
    let after = query.strip_prefix("after=").and_then(|id| id.parse().ok());
    let is_good = !name.is_empty() && name.len() <= 32 && !name.contains('%');
    if !is_good && !shared.has(Flaw::AnyName) || !enter(&wire, rooms, room, name, after) {
        let _ = wire.send(8, &1008_u16.to_be_bytes());
        return hang_up(stream);
    }
    let closed = loop {
        match wire.next() {
            Ok(frame) if frame.opcode == 8 => break true,
            Ok(frame) if frame.opcode == 9 => drop(wire.send(10, &frame.payload)),
            Ok(frame) if frame.opcode == 1 => hear(&wire, rooms, room, name, &frame.payload),
            Ok(_) => {}
            Err(Over::Gone | Over::Broke(_)) => break false,
        }
    };
    if closed {
        let _ = wire.send(8, &1000_u16.to_be_bytes());
    }
    let tells = closed || !shared.has(Flaw::OverlooksVanishing);
    let mut rooms = rooms.lock().unwrap();
    let here = rooms.entry(room.to_owned()).or_default();
    here.members.remove(name);
    if tells && !shared.has(Flaw::SilentLeave) {
        here.tell(shared, &json!({"type": "left", "names": [name]}), name);
    }
    drop(rooms);
    hang_up(stream);
}

/// Whether somebody gets in under this name.
fn enter(wire: &Wire, rooms: &Mutex<Rooms>, room: &str, name: &str, after: Option<u64>) -> bool {
    let has = |flaw| wire.shared.has(flaw);
    let mut rooms = rooms.lock().unwrap();
    let here = rooms.entry(room.to_owned()).or_default();
    if here.members.contains_key(name) && !has(Flaw::NamesAreReplaced) {
        return false;
    }
    let (queue, waiting) = sync_channel::<String>(QUEUE);
    let (stream, writer) = (wire.stream.try_clone().unwrap(), wire.stream.try_clone().unwrap());
    thread::spawn(move || {
        for words in waiting {
            if write(&writer, &words).is_err() {
                return;
            }
        }
    });
    here.members.insert(name.to_owned(), Member { queue, stream });
    let names: Vec<&String> = here.members.keys().collect();
    let welcome =
        json!({"type": "welcome", "room": room, "you": name, "here": names, "shared": true});
    let mut told = if has(Flaw::NoWelcome) { Vec::new() } else { vec![welcome] };
    let after = if has(Flaw::OverlooksAfter) { 0 } else { after.unwrap_or(0) };
    if !has(Flaw::NoHistory) {
        let missed = here.history.iter().filter(|message| message["id"].as_u64() > Some(after));
        told.extend(missed.cloned());
    }
    for value in told {
        here.tell_one(wire.shared, &value, name);
    }
    if !has(Flaw::SilentJoin) {
        here.tell(wire.shared, &json!({"type": "joined", "names": [name]}), name);
    }
    true
}

/// A member sends a message.
fn hear(wire: &Wire, rooms: &Mutex<Rooms>, room: &str, name: &str, words: &[u8]) {
    let has = |flaw| wire.shared.has(flaw);
    let words = String::from_utf8_lossy(words).into_owned();
    let said = match serde_json::from_str::<Value>(&words) {
        Ok(value) if value.is_object() => value,
        _ if has(Flaw::JsonOnly) => return,
        _ => json!({"msg": words}),
    };
    let mut rooms = rooms.lock().unwrap();
    let here = rooms.entry(room.to_owned()).or_default();
    if said["typing"] == true {
        if !has(Flaw::NoTyping) {
            here.tell(wire.shared, &json!({"type": "typing", "name": name}), name);
        }
        return;
    }
    let key = (name.to_owned(), said["key"].clone());
    if !key.1.is_null() && here.keys.contains(&key) && !has(Flaw::OverlooksKeys) {
        return;
    }
    here.keys.push(key);
    let count = IDS.fetch_add(1, Ordering::SeqCst) + 1;
    let id = if has(Flaw::IdsFall) { 1_000_000 - count } else { count };
    let mut msg = said["msg"].as_str().unwrap_or_default().to_owned();
    if has(Flaw::EscapesMarkup) {
        msg = msg.replace('<', "&lt;");
    }
    let message = json!({"type": "message", "sender": name, "msg": msg, "id": id, "time": 1});
    here.history.push(message.clone());
    if !has(Flaw::TellsNobody) {
        here.tell(wire.shared, &message, name);
    }
    let sent = json!({"type": "sent", "key": said["key"], "id": id, "time": 1});
    here.tell_one(wire.shared, if has(Flaw::TellsTheSender) { &message } else { &sent }, name);
    if has(Flaw::CutsRoomNames) {
        let is_cut = |other: &str| other != room && room.starts_with(other);
        for (_, other) in rooms.iter().filter(|(other, _)| is_cut(other)) {
            other.tell(wire.shared, &message, "");
        }
    }
}

impl Room {
    /// Tells everyone but one.
    fn tell(&self, shared: &Shared, value: &Value, but: &str) {
        for name in self.members.keys().filter(|name| *name != but) {
            self.tell_one(shared, value, name);
        }
    }

    fn tell_one(&self, shared: &Shared, value: &Value, name: &str) {
        let Some(member) = self.members.get(name) else { return };
        if shared.has(Flaw::WaitsForReaders) {
            let _ = write(&member.stream, &value.to_string());
        } else if let Err(TrySendError::Full(_)) = member.queue.try_send(value.to_string()) {
            let _ = member.stream.shutdown(std::net::Shutdown::Both);
        }
    }
}

/// Writes a text frame.
fn write(stream: &TcpStream, words: &str) -> Result<(), Over> {
    let shared = Shared::new(None, None);
    Wire {
        stream,
        shared: &shared,
        unread: Vec::new(),
        used: 0,
        compressed: false,
        count: 0,
        key: Cell::default(),
        done: Arc::default(),
        kept: RefCell::default(),
    }
    .send(1, words.as_bytes())
}

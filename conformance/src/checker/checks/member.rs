//! A member of a room: a client that speaks the chat's JSON.

use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::checker::session::Session;
use crate::checker::wire::frame::{Opcode, text};
use crate::checker::wire::peer::Peer;
use crate::checker::wire::stop::{Judgement, Stop};

/// A member of a room.
pub(crate) struct Member {
    pub(crate) peer: Peer,
    /// A failure says who has received nothing, as a check has several members.
    name: String,
}

/// The name of a room that was never used before. Its length is always the same, so that the frames
/// of two runs are equally long.
pub(crate) fn new_room() -> String {
    static ROOMS: AtomicU32 = AtomicU32::new(0);
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let (time, room) = (time % 1_000_000_000, ROOMS.fetch_add(1, Ordering::Relaxed));
    format!("check-{:07}-{time:09}-{room:04}", process::id())
}

impl Member {
    /// Enters a room, and waits for the welcome.
    pub(crate) fn enter(session: &Session, room: &str, name: &str) -> Result<Self, Stop> {
        let mut member = Self::connect(session, room, name)?;
        member.receive("welcome")?;
        Ok(member)
    }

    /// Enters a room.
    pub(crate) fn connect(session: &Session, room: &str, name: &str) -> Result<Self, Stop> {
        let path = format!("{}/{room}/{name}", session.options.rooms);
        let (peer, _) = session.open_with(&session.request().path(path))?;
        let name = name.split('?').next().unwrap_or_default().to_owned();
        Ok(Self { peer, name })
    }

    pub(crate) fn send(&mut self, message: &Value) {
        self.peer.send_frame(&text(message.to_string()));
    }

    /// Returns the next message, of any type.
    pub(crate) fn next(&mut self) -> Result<Value, Stop> {
        let named = |happened: &str| format!("{happened} The client is {}.", self.name);
        let message = self.peer.message().map_err(|stop| stop.reworded(named))?;
        match serde_json::from_slice::<Value>(&message.payload) {
            Ok(value) if message.opcode == Opcode::Text && value["type"].is_string() => Ok(value),
            _ => {
                let words = String::from_utf8_lossy(&message.payload);
                Err(self.wrong(format!("`{words}` is not a JSON object with a type")))
            }
        }
    }

    /// Returns the next message of this type. Others are ignored.
    pub(crate) fn receive(&mut self, kind: &str) -> Result<Value, Stop> {
        let until = Instant::now() + self.peer.answer_time;
        loop {
            let value = self.next()?;
            if value["type"] == kind {
                return Ok(value);
            }
            if Instant::now() > until {
                return Err(self.wrong(format!("No `{kind}` came")));
            }
        }
    }

    /// Expects that the next message of this type has these fields.
    pub(crate) fn receive_with(&mut self, kind: &str, fields: &Value) -> Result<Value, Stop> {
        let value = self.receive(kind)?;
        for (name, due) in fields.as_object().into_iter().flatten() {
            if &value[name] != due {
                let happened = format!("`{name}` is {} and not {due} in {value}", value[name]);
                return Err(self.wrong(happened));
            }
        }
        Ok(value)
    }

    /// Expects a message of each of these texts, in this order.
    pub(crate) fn receive_texts(&mut self, texts: &[&str]) -> Judgement {
        texts.iter().try_for_each(|text| {
            self.receive_with("message", &serde_json::json!({"msg": text})).map(drop)
        })
    }

    /// Waits for a message of this type that has the name in its list.
    pub(crate) fn receive_name(&mut self, kind: &str, name: &str) -> Judgement {
        loop {
            let value = self.receive(kind)?;
            if value["names"].as_array().is_some_and(|names| names.contains(&name.into())) {
                return Ok(());
            }
        }
    }

    /// The failure of the check, without a mark.
    pub(crate) fn wrong(&self, happened: impl Into<String>) -> Stop {
        self.peer.wrong(happened, None)
    }
}

/// Returns a new room and its two members, `ada` and `grace`.
pub(crate) fn two(session: &Session) -> Result<(String, Member, Member), Stop> {
    let room = new_room();
    let ada = Member::enter(session, &room, "ada")?;
    let grace = Member::enter(session, &room, "grace")?;
    Ok((room, ada, grace))
}

//! A member of a room, who speaks the chat's JSON.

use std::{
    process,
    sync::atomic::{AtomicU32, Ordering},
    time::Instant,
};

use serde_json::Value;

use super::{
    catalogue::Stop,
    frame::{TEXT, text},
    peer::Peer,
    request::Request,
    session::Session,
};

/// Somebody in a room.
pub(super) struct Member {
    pub(super) peer: Peer,
}

/// A room that nobody has been to.
pub(super) fn new_room() -> String {
    static ROOMS: AtomicU32 = AtomicU32::new(0);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let time = now.unwrap_or_default().as_millis() % 1_000_000_000;
    format!("check-{}-{time}-{}", process::id(), ROOMS.fetch_add(1, Ordering::Relaxed))
}

impl Member {
    /// Enters a room, and waits for the welcome.
    pub(super) fn enter(session: &Session, room: &str, name: &str) -> Result<Self, Stop> {
        let mut member = Self::connect(session, room, name)?;
        member.hears("welcome")?;
        Ok(member)
    }

    pub(super) fn connect(session: &Session, room: &str, name: &str) -> Result<Self, Stop> {
        let path = format!("{}/{room}/{name}", session.options.rooms);
        let request = Request::new(session).path(path);
        Ok(Self { peer: session.open_with(&request)?.0 })
    }

    pub(super) fn says(&mut self, message: &Value) {
        self.peer.send_frame(&text(message.to_string()));
    }

    /// What comes next, whatever it is.
    pub(super) fn next(&mut self) -> Result<Value, Stop> {
        let message = self.peer.message()?;
        match serde_json::from_slice::<Value>(&message.payload) {
            Ok(value) if message.opcode == TEXT && value["type"].is_string() => Ok(value),
            _ => {
                let words = String::from_utf8_lossy(&message.payload).into_owned();
                Err(self.peer.wrong(format!("`{words}` is no JSON object with a type"), None))
            }
        }
    }

    /// The next message of this type. Others are passed over.
    pub(super) fn hears(&mut self, kind: &str) -> Result<Value, Stop> {
        let until = Instant::now() + self.peer.answer_time;
        loop {
            let value = self.next()?;
            if value["type"] == kind {
                return Ok(value);
            }
            if Instant::now() > until {
                return Err(self.peer.wrong(format!("No `{kind}` came"), None));
            }
        }
    }

    /// The next message of this type must have these fields.
    pub(super) fn hears_with(&mut self, kind: &str, fields: &Value) -> Result<Value, Stop> {
        let value = self.hears(kind)?;
        for (name, due) in fields.as_object().into_iter().flatten() {
            if &value[name] != due {
                let happened = format!("`{name}` is {} and not {due} in {value}", value[name]);
                return Err(self.peer.wrong(happened, None));
            }
        }
        Ok(value)
    }
}

/// Two members of a new room.
pub(super) fn two(session: &Session) -> Result<(String, Member, Member), Stop> {
    let room = new_room();
    let ada = Member::enter(session, &room, "ada")?;
    let grace = Member::enter(session, &room, "grace")?;
    Ok((room, ada, grace))
}

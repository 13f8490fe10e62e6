//! What all members of a room receive: it is encoded once, and all members share its bytes.

use std::sync::Arc;

use echo::Encoded;
use event_log::{Event, EventId};
use serde::Serialize;

use crate::protocol::ServerMessage;

// ANCHOR: broadcast
/// What happened in a room, for all of its members.
pub(crate) enum Broadcast {
    /// Messages from the log, in their order.
    Messages(Batch),
    /// Members have joined. A new member does not receive names again that were in the welcome.
    Joined(Vec<Arc<str>>, Encoded),
    /// This member is typing. Everybody else receives it.
    Typing(Arc<str>, Encoded),
    /// Anything else, for every member.
    News(Encoded),
    /// Messages before this one are no longer kept, and were not broadcast. A member who is behind
    /// does not receive this, but finds the gap in the log.
    Gap(EventId, Encoded),
}

/// Messages that are sent together.
pub(crate) struct Batch {
    messages: Vec<Event>,
    /// The members who have sent them, each once.
    senders: Vec<Arc<str>>,
    /// The frames of all of them, one after the other.
    frames: Encoded,
}
// ANCHOR_END: broadcast

impl Broadcast {
    /// Returns a broadcast that every member receives.
    pub(crate) fn news(message: &impl Serialize) -> Self {
        Self::News(encode(message))
    }

    /// Returns a broadcast about members who have joined.
    pub(crate) fn joined(names: Vec<Arc<str>>) -> Self {
        let frame = encode(&ServerMessage::Joined { names: &names });
        Self::Joined(names, frame)
    }

    /// Returns a broadcast about a member who is writing.
    pub(crate) fn typing(name: Arc<str>) -> Self {
        let frame = encode(&ServerMessage::Typing { name: &name });
        Self::Typing(name, frame)
    }

    /// Returns a broadcast that messages are missing before `next`.
    pub(crate) fn gap(next: EventId) -> Self {
        Self::Gap(next, encode(&ServerMessage::Gap {}))
    }

    /// Returns the number of bytes that most members receive.
    pub(crate) fn bytes(&self) -> usize {
        let (Self::Joined(_, frames)
        | Self::Typing(_, frames)
        | Self::News(frames)
        | Self::Gap(_, frames)
        | Self::Messages(Batch { frames, .. })) = self;
        frames.frames().len()
    }

    /// Returns whether this member has sent one of the messages.
    pub(crate) fn is_from(&self, name: &str) -> bool {
        matches!(self, Self::Messages(batch) if batch.is_from(name))
    }
}

impl Batch {
    /// Joins messages, each of which has a frame. There is at least one.
    pub(crate) fn new(messages: Vec<Event>, frames: Encoded) -> Self {
        let mut senders: Vec<Arc<str>> = Vec::new();
        for Event { owner, .. } in &messages {
            if !senders.contains(owner) {
                senders.push(Arc::clone(owner));
            }
        }
        Self { messages, senders, frames }
    }

    /// The frames of all messages, which most members receive in one piece.
    pub(crate) fn frames(&self) -> &Encoded {
        &self.frames
    }

    /// The place of the first message in the log.
    pub(crate) fn first(&self) -> EventId {
        self.messages.first().map(|message| message.id).unwrap_or_default()
    }

    /// The place of the last message in the log.
    pub(crate) fn last(&self) -> EventId {
        self.messages.last().map(|message| message.id).unwrap_or_default()
    }

    /// Returns whether a message of this member is among them.
    pub(crate) fn is_from(&self, name: &str) -> bool {
        !name.is_empty() && self.senders.iter().any(|sender| **sender == *name)
    }

    // ANCHOR: frames_for
    /// Returns the frames for a member who has sent some of the messages, or has some of them already.
    /// `accept` says which are new.
    pub(crate) fn frames_for(
        &self,
        name: &str,
        mut accept: impl FnMut(EventId) -> bool,
    ) -> Encoded {
        let messages = self.messages.iter().zip(self.frames.messages());
        let new = messages.filter(|(message, _)| accept(message.id));
        Encoded::texts(new, |(Event { id, owner, key, .. }, frame), json| {
            if !name.is_empty() && **owner == *name {
                let (id, time) = (*id, id.milliseconds);
                write_json(&ServerMessage::Sent { key, id, time }, json);
            } else {
                json.extend_from_slice(frame.payload());
            }
        })
    }
    // ANCHOR_END: frames_for
}

/// Encodes a value as JSON in a text frame.
pub(crate) fn encode(value: &impl Serialize) -> Encoded {
    Encoded::texts([value], write_json)
}

/// Writes a value as JSON.
pub(crate) fn write_json(value: &impl Serialize, json: &mut Vec<u8>) {
    // The only error would be a map whose keys are not strings, and no message has one.
    let _ = serde_json::to_writer(json, value);
}

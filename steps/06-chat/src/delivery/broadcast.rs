//! From a room to all of its members: a message is encoded once, and all members share its bytes.

use std::sync::Arc;

use echo::{Encoded, Message};
use event_log::EventId;
use serde::Serialize;
use tokio::sync::broadcast;
use tokio::task::yield_now;

use crate::protocol::ServerMessage;

/// Broadcasts that may be on their way to the members at the same time. Each member's task takes
/// them at once into the output of its own connection, so a slow peer does not hold them up.
const CAPACITY: usize = 1024;

// ANCHOR: broadcast
/// One message for all members of a room.
#[derive(Debug)]
pub(crate) struct Broadcast {
    /// The frame that the members receive.
    pub(crate) frame: Encoded,
    /// The member who caused it, and the frame that this member receives instead, if any.
    pub(crate) sender: Option<(Arc<str>, Option<Encoded>)>,
    /// The id of a message. A member who has it already does not receive it again.
    pub(crate) id: Option<EventId>,
    /// The names of members who have joined. A newcomer knows some of them already.
    pub(crate) joined: Vec<Arc<str>>,
}

impl Broadcast {
    /// Returns a broadcast that every member receives.
    pub(crate) fn to_all(message: &impl Serialize) -> Self {
        Self::new(encode(message))
    }

    /// Returns a broadcast of this frame, which every member receives.
    pub(crate) fn new(frame: Encoded) -> Self {
        Self { frame, sender: None, id: None, joined: Vec::new() }
    }

    /// Returns a broadcast about members who have joined.
    pub(crate) fn of_joined(joined: Vec<Arc<str>>) -> Self {
        let frame = encode(&ServerMessage::Joined { names: &joined });
        Self { joined, ..Self::new(frame) }
    }

    /// Returns the frame that `name` receives, if any.
    pub(crate) fn frame_for(&self, name: &str) -> Option<&Encoded> {
        match &self.sender {
            Some((sender, instead)) if **sender == *name => instead.as_ref(),
            _ => Some(&self.frame),
        }
    }
}
// ANCHOR_END: broadcast

// ANCHOR: broadcaster
/// The channel from a room to its members.
#[derive(Debug)]
pub(crate) struct Broadcaster(broadcast::Sender<Arc<Broadcast>>);

impl Broadcaster {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(CAPACITY))
    }

    /// Adds a member, who receives every broadcast from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Arc<Broadcast>> {
        self.0.subscribe()
    }

    /// Sends a broadcast to all members, and never waits for any of them.
    pub(crate) fn send(&self, broadcast: Broadcast) {
        // The only error is that there are no members, and then nobody misses anything.
        let _ = self.0.send(Arc::new(broadcast));
    }

    /// Waits while the channel is more than half full, so that the members' tasks can catch up.
    pub(crate) async fn wait_for_capacity(&self) {
        while self.0.len() > CAPACITY / 2 {
            yield_now().await;
        }
    }
}
// ANCHOR_END: broadcaster

/// Encodes a value as JSON in a text frame.
pub(crate) fn encode(value: &impl Serialize) -> Encoded {
    // The only error would be a map whose keys are not strings, and no message has one.
    let json = serde_json::to_vec(value).unwrap_or_default();
    Encoded::new(Message::Text(&json))
}

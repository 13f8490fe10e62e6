//! The vote over WebSocket: a client sends a ballot, and every open page receives the new counts.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use echo::Encoded;
use event_log::{EventId, EventLog, random_key};
use polling::{CANDIDATES, Tally, VOTES, candidate_of};
use serde::Deserialize;
use tokio::sync::oneshot;

use crate::delivery::broadcast::{Broadcast, Broadcaster, encode};
use crate::delivery::inbox::Inbox;
use crate::protocol::ServerMessage;

/// How long the task waits at a time for the next vote.
const WAIT: Duration = Duration::from_hours(1);
/// The longest key of a vote, in bytes.
const KEY_MAX: usize = 64;

/// The vote of one server: the log of votes, their count, and the open pages.
pub(crate) struct Election {
    log: EventLog,
    pages: Broadcaster,
    tally: Mutex<Tally>,
}

/// What a client sends to cast a vote.
#[derive(Deserialize)]
struct Ballot {
    candidate: String,
    /// The voter's key, by which a vote that is sent twice is recognised.
    key: Option<String>,
}

impl Election {
    pub(crate) fn new(log: EventLog) -> Self {
        Self { log, pages: Broadcaster::new(), tally: Mutex::default() }
    }

    /// Adds a page. Returns its inbox, and the oneshot that must be kept for as long as the page
    /// is open.
    pub(crate) fn enter(&self) -> (oneshot::Sender<()>, Inbox) {
        let tally = self.tally();
        let counts = ServerMessage::Counts { counts: tally.counts(), newest: tally.upto() };
        let (held, taken) = oneshot::channel();
        let greeting = std::iter::once(encode(&counts));
        (held, Inbox::new("", greeting, self.pages.subscribe(), taken))
    }

    /// Handles a message from a page. Returns the answer that only this page receives, if any.
    pub(crate) fn handle(&self, text: &str) -> Option<Encoded> {
        let refused =
            |key: &str, reason: &str| Some(encode(&ServerMessage::Refused { key, reason }));
        let Ok(Ballot { candidate, key }) = serde_json::from_str(text) else {
            return refused("", "a vote is JSON like {\"candidate\": \"Ada\"}");
        };
        let key = key.unwrap_or_else(random_key);
        if key.is_empty() || key.len() > KEY_MAX {
            return refused("", "the key of a vote has 1 to 64 bytes");
        }
        let tally = self.tally();
        if let Some(id) = self.log.id_of(VOTES, &key) {
            // It is counted already, and the page has missed that.
            let (counts, key, candidate) = (tally.counts(), &*key, candidate.as_str());
            return Some(encode(&ServerMessage::Vote { candidate, counts, id, key }));
        }
        let Some(vote) = tally.vote(&candidate) else {
            let reason = format!("the candidates are {}", CANDIDATES.join(", "));
            return refused(&key, &reason);
        };
        let full = self.log.append(VOTES, &key, &vote).err()?;
        refused(&key, &full.to_string())
    }

    // ANCHOR: broadcast_votes
    /// Sends each vote in the log to all open pages, without end. A page that is closed has left
    /// with its connection (fault F18), and a log without new votes ends nothing (fault F19).
    pub(crate) async fn broadcast_votes(&self) {
        let mut last = EventId::default();
        loop {
            for event in self.log.wait(VOTES, last, WAIT).await {
                last = event.id;
                if let Some(candidate) = candidate_of(&event) {
                    let tally = self.tally();
                    let counts = tally.counts();
                    let (id, key, candidate) = (event.id, &*event.key, candidate.as_str());
                    let vote = ServerMessage::Vote { candidate, counts, id, key };
                    self.pages.send(Broadcast::to_all(&vote));
                }
                self.pages.wait_for_capacity().await;
            }
        }
    }
    // ANCHOR_END: broadcast_votes

    /// Locks the count, after it has counted all votes in the log.
    fn tally(&self) -> MutexGuard<'_, Tally> {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.catch_up(&self.log);
        tally
    }
}

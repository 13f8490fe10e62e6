//! The vote, over WebSocket: a vote goes up, and every open page gets the new counts.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use echo::Encoded;
use polling::{CANDIDATES, EventId, EventLog, Tally, VOTES, candidate_of, fresh_key};
use serde::Deserialize;
use tokio::sync::oneshot;

use crate::inbox::Inbox;
use crate::news::{Feed, News, encode};
use crate::words::Told;

/// How long the ballot waits at a time for a vote.
const LONG: Duration = Duration::from_hours(1);
/// The longest key of a vote, in bytes.
const KEY_MAX: usize = 64;

/// The one vote of a server.
pub(crate) struct Ballot {
    log: EventLog,
    feed: Feed,
    tally: Mutex<Tally>,
}

#[derive(Deserialize)]
struct Vote {
    candidate: String,
    key: Option<String>,
}

impl Ballot {
    pub(crate) fn new(log: EventLog) -> Self {
        Self { log, feed: Feed::new(), tally: Mutex::default() }
    }

    /// An inbox for a page, and the oneshot that keeps it.
    pub(crate) fn enter(&self) -> (oneshot::Sender<()>, Inbox) {
        let tally = self.tally();
        let counts = Told::Counts { counts: tally.counts(), newest: tally.upto() };
        let (held, taken) = oneshot::channel();
        let greeting = std::iter::once(encode(&counts));
        (held, Inbox::new("", greeting, self.feed.subscribe(), taken))
    }

    /// Hears a vote, and returns what only its sender is told.
    pub(crate) fn hear(&self, text: &str) -> Option<Encoded> {
        let refused = |key: &str, reason: &str| Some(encode(&Told::Refused { key, reason }));
        let Ok(Vote { candidate, key }) = serde_json::from_str(text) else {
            return refused("", "a vote is JSON like {\"candidate\": \"Ada\"}");
        };
        let key = key.unwrap_or_else(fresh_key);
        if key.is_empty() || key.len() > KEY_MAX {
            return refused("", "the key of a vote has 1 to 64 bytes");
        }
        let tally = self.tally();
        if let Some(id) = self.log.id_of(VOTES, &key) {
            // They have missed that it was counted.
            let (counts, key, candidate) = (tally.counts(), &*key, candidate.as_str());
            return Some(encode(&Told::Vote { candidate, counts, id, key }));
        }
        let Some(vote) = tally.vote(&candidate) else {
            let reason = format!("one can vote for {}, and nobody else", CANDIDATES.join(", "));
            return refused(&key, &reason);
        };
        let full = self.log.append(VOTES, &key, &vote).err()?;
        refused(&key, &full.to_string())
    }

    // ANCHOR: count
    /// Tells everyone what the log brings, for ever. Pages that are closed are not told: they have
    /// left with their connection (fault F18), and nothing is expected of a log that is empty for a
    /// while (fault F19).
    pub(crate) async fn count(&self) {
        let mut told = EventId::default();
        loop {
            for event in self.log.wait(VOTES, told, LONG).await {
                told = event.id;
                if let Some(candidate) = candidate_of(&event) {
                    let mut tally = self.tally();
                    tally.catch_up(&self.log);
                    let counts = tally.counts();
                    let (id, key, candidate) = (event.id, &*event.key, candidate.as_str());
                    self.feed.tell(News::for_all(&Told::Vote { candidate, counts, id, key }));
                }
                self.feed.give_way().await;
            }
        }
    }
    // ANCHOR_END: count

    fn tally(&self) -> MutexGuard<'_, Tally> {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.catch_up(&self.log);
        tally
    }
}

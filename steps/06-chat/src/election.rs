//! The vote over WebSocket: a client sends a ballot, and every open page receives the new counts.

use event_log::{Draft, EventLog, Missed, random_key};
use polling::{CANDIDATES, Tally, VOTES};
use serde::Deserialize;

use crate::delivery::broadcast::{Broadcast, Broadcaster, encode};
use crate::delivery::inbox::{Answer, Inbox};
use crate::protocol::ServerMessage;

/// Votes that are broadcast at a time.
const BATCH: usize = 64;
/// The longest key of a vote, in bytes.
const KEY_MAX: usize = 64;

/// The vote of one server: the log of votes, and the open pages.
pub(crate) struct Election {
    log: EventLog,
    pages: Broadcaster,
}

/// What a client sends.
#[derive(Deserialize)]
#[serde(untagged)]
enum VoterMessage {
    /// A vote. The key is the voter's, and a vote that is sent twice is recognised by it.
    Ballot { candidate: String, key: Option<String> },
    /// The client asks whether the connection is still alive.
    Ping { ping: bool },
}

impl Election {
    pub(crate) fn new(log: EventLog) -> Self {
        Self { log, pages: Broadcaster::new() }
    }

    /// Adds a page. Returns its inbox.
    pub(crate) fn enter(&self) -> Inbox {
        // Before the counts are read, so that no vote is missing between them and the first one.
        let votes = self.pages.subscribe();
        let Tally { counts, newest } = Tally::of(&self.log);
        let counts = encode(&ServerMessage::Counts { counts: &counts, newest });
        Inbox::of_voter(counts, newest, votes)
    }

    /// Handles a message from a page. Returns the answer that only this page receives, if any.
    pub(crate) fn handle(&self, text: &str) -> Option<Answer> {
        let refused = |key: &str, reason: &str| Some(Answer::refused(key, reason));
        let (candidate, key) = match serde_json::from_str(text) {
            Ok(VoterMessage::Ballot { candidate, key }) => (candidate, key),
            Ok(VoterMessage::Ping { ping }) => return ping.then(Answer::pong),
            Err(_) => return refused("", "a vote is JSON like {\"candidate\": \"Ada\"}"),
        };
        let key = key.unwrap_or_else(random_key);
        if key.is_empty() || key.len() > KEY_MAX {
            return refused("", "the key of a vote has 1 to 64 bytes");
        }
        if !CANDIDATES.contains(&&*candidate) {
            let reason = format!("the candidates are {}", CANDIDATES.join(", "));
            return refused(&key, &reason);
        }
        match self.log.append(Draft::new(VOTES, &*key, &*candidate)) {
            Ok(None) => None,
            Ok(Some(id)) => {
                // It is counted already, and the page may have missed that.
                let counts = &Tally::of(&self.log).counts;
                let (key, candidate) = (&*key, candidate.as_str());
                let frame = encode(&ServerMessage::Vote { candidate, counts, id, key });
                Some(Answer { frame, id: Some(id) })
            }
            Err(problem) => refused(&key, &problem.to_string()),
        }
    }

    // ANCHOR: broadcast_votes
    /// Sends each vote in the log to all open pages, without end. A page that is closed has left
    /// with its connection (fault F18), and a log without new votes ends nothing (fault F19).
    pub(crate) async fn broadcast_votes(&self) {
        let mut cursor = self.log.newcomer(VOTES, 0);
        let mut notifications = self.log.message_notifications(VOTES);
        loop {
            let Missed { is_gap, events: votes } = self.log.read(&mut cursor, BATCH);
            if is_gap {
                // So many votes came at once that some are no longer kept. All are counted. A page that
                // receives the counts asks again for votes of its own that it has no answer to.
                let Tally { counts, newest } = Tally::of(&self.log);
                self.pages
                    .send(Broadcast::to_all(&ServerMessage::Counts { counts: &counts, newest }));
            }
            if votes.is_empty() {
                let _ = notifications.changed().await;
            }
            // Counted after the votes were read, so the counts include every one of them.
            let counts = &Tally::of(&self.log).counts;
            for vote in votes {
                let (id, key, candidate) = (vote.id, &*vote.key, &*vote.data);
                let vote = ServerMessage::Vote { candidate, counts, id, key };
                self.pages.send(Broadcast { id: Some(id), ..Broadcast::to_all(&vote) });
            }
            self.pages.wait_for_capacity().await;
        }
    }
    // ANCHOR_END: broadcast_votes
}

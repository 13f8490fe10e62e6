//! The vote over WebSocket: a client sends a ballot, and every open page receives the new counts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::task::{Context, Poll};

use echo::{Connection, Encoded};
use event_log::{Draft, Event, EventLog, Loss, Missed, random_key};
use polling::{CANDIDATES, Tally, VOTES};
use serde::Deserialize;
use web::Kind;

use crate::delivery::audience::{Amount, Audience, Judgement, wait_until};
use crate::delivery::broadcast::{Batch, Broadcast, encode, write_json};
use crate::delivery::inbox::{Answer, Feed, Inbox};
use crate::delivery::line::Line;
use crate::delivery::participant::{Handled, Participant, Said};
use crate::delivery::stream::Stream;
use crate::metrics::Metrics;
use crate::protocol::ServerMessage;
use crate::voters::{Identity, Strangers};

/// Votes that are broadcast at a time.
const BATCH: usize = 64;
/// The longest key of a vote, in bytes.
const KEY_MAX: usize = 64;

/// The vote of one server: the log of votes, and the open pages.
pub(crate) struct Election {
    log: EventLog,
    pages: Audience,
    strangers: Strangers,
    /// Bytes that may wait until a page reads them.
    queue_max: usize,
}

/// An open page. It leaves when this value is dropped, however the connection ended (fault F18).
pub(crate) struct Voter {
    election: Arc<Election>,
    line: Arc<Line>,
    identity: Identity,
}

impl Participant for Voter {
    fn line(&self) -> &Arc<Line> {
        &self.line
    }

    fn handle(&self, text: &str) -> Handled {
        self.election.handle(&self.identity, text)
    }

    fn append(&self, said: &[Said]) -> Vec<Answer> {
        self.election.append(said)
    }

    /// Votes are counted, and the counts are all that matters.
    fn must_wait(&self) -> bool {
        false
    }

    /// Nobody has a name here.
    fn poll_lost(&mut self, _context: &mut Context<'_>) -> Poll<Loss> {
        Poll::Pending
    }
}

impl Drop for Voter {
    fn drop(&mut self) {
        self.election.pages.remove(&self.line);
    }
}

/// What a client sends: a vote, or a ping.
#[derive(Deserialize)]
struct VoterMessage {
    candidate: Option<String>,
    /// The voter's key, by which a vote that is sent twice is recognised.
    key: Option<String>,
    /// The client asks whether the connection is still alive.
    ping: Option<bool>,
}

/// What its fields should be, the more important ones first.
const FIELDS: [(&str, Kind); 3] =
    [("key", Kind::Text), ("candidate", Kind::Text), ("ping", Kind::Flag)];

impl Election {
    pub(crate) fn new(log: EventLog, metrics: Arc<Metrics>, queue_max: usize) -> Self {
        Self { log, pages: Audience::new(metrics), strangers: Strangers::new(), queue_max }
    }

    /// Adds a page with this session, which may be empty.
    pub(crate) fn enter(self: &Arc<Self>, connection: Connection<Stream>, session: &str) -> Voter {
        let Tally { counts, newest } = Tally::of(&self.log);
        let counts = encode(&ServerMessage::Counts { counts: &counts, newest });
        let cursor = self.log.reader(VOTES, newest);
        let inbox = Inbox::new(&FEED, cursor, counts, BTreeSet::new());
        let line = Line::new(Arc::default(), connection, inbox);
        self.pages.add(Arc::clone(&line));
        Voter { election: Arc::clone(self), line, identity: Identity::new(session) }
    }

    /// Handles a message from a page.
    fn handle(&self, voter: &Identity, text: &str) -> Handled {
        let answered = |answer| Handled::Answered(Some(answer));
        let refused = |key: &str, reason: &str| answered(Answer::refused(key, reason));
        let (candidate, key) = match serde_json::from_str(text) {
            Ok(VoterMessage { candidate: Some(candidate), key, .. }) => (candidate, key),
            Ok(VoterMessage { ping: Some(ping), .. }) => {
                return Handled::Answered(ping.then(Answer::pong));
            }
            _ => {
                let how = "a vote is like {\"candidate\": \"Ada\"}";
                return answered(Answer::unreadable(text, &FIELDS, how));
            }
        };
        let has_own_key = key.is_some();
        if key.as_ref().is_some_and(|key| key.is_empty() || key.len() > KEY_MAX) {
            return refused(&key.unwrap_or_default(), "the key of a vote has 1 to 64 bytes");
        }
        if !CANDIDATES.contains(&&*candidate) {
            let reason = format!("the candidates are {}", CANDIDATES.join(", "));
            return refused(&key.unwrap_or_default(), &reason);
        }
        let key = key.unwrap_or_else(random_key);
        let owner = self.strangers.owner(voter, &key, &candidate);
        let draft = Draft::new(VOTES, key, candidate).owned_by(owner);
        Handled::Said(Said { draft, has_own_key })
    }

    /// Appends votes to the log. Returns the answers to those that are not new.
    fn append(&self, said: &[Said]) -> Vec<Answer> {
        let outcomes = self.log.append_all(said.iter().map(|vote| vote.draft.clone()));
        let mut answers = Vec::new();
        for (Said { draft, has_own_key }, outcome) in said.iter().zip(outcomes) {
            match outcome {
                Ok(None) => {}
                Ok(Some(id)) => {
                    // It is counted already, and the page may have missed that.
                    let counts = &Tally::of(&self.log).counts;
                    let (key, candidate) = (&*draft.key, &*draft.data);
                    let frame = encode(&ServerMessage::Vote { candidate, counts, id, key });
                    answers.push(Answer { frame, id: Some(id), is_refusal: false });
                }
                Err(problem) => {
                    let key = if *has_own_key { &*draft.key } else { "" };
                    answers.push(Answer::refused(key, &problem.to_string()));
                }
            }
        }
        answers
    }

    /// Returns the number of open pages, and what waits for them.
    pub(crate) fn amount(&self) -> Amount {
        self.pages.amount()
    }

    // ANCHOR: broadcast_votes
    /// Sends each vote in the log to all open pages, without end. A page that is closed has left
    /// with its connection (fault F18), and a log without new votes ends nothing (fault F19).
    pub(crate) async fn broadcast_votes(&self) {
        let mut cursor = self.log.newcomer(VOTES, 0);
        let mut notifications = self.log.message_notifications(VOTES);
        let mut judgement = Judgement::default();
        loop {
            judgement.judge(&self.pages, self.queue_max);
            let Missed { is_gap, events: votes } = self.log.read(&mut cursor, BATCH);
            // Taken after the votes were read, so the counts include every one of them.
            let Tally { counts, newest } = Tally::of(&self.log);
            if is_gap {
                // So many votes came at once that some are no longer kept. All are counted. A page that
                // receives the counts asks again for votes of its own that it has no answer to.
                let counts = ServerMessage::Counts { counts: &counts, newest };
                self.pages.send(Broadcast::news(&counts), &self.pages.lines()).await;
            }
            if !votes.is_empty() {
                let batch = Broadcast::Messages(batch_of(votes, &counts));
                judgement.note(self.pages.send(batch, &self.pages.lines()).await);
                continue;
            }
            tokio::select! {
                _ = notifications.changed() => {}
                () = wait_until(judgement.due()) => {}
            }
        }
    }
    // ANCHOR_END: broadcast_votes
}

/// How the votes become frames. A page that was behind receives the counts of today with each vote.
static FEED: Feed = Feed {
    frame: |log, vote| {
        let counts = Tally::of(log).counts;
        Encoded::texts([vote], |vote, json| write_vote(vote, &counts, json))
    },
    gap: |log| {
        let Tally { counts, newest } = Tally::of(log);
        encode(&ServerMessage::Counts { counts: &counts, newest })
    },
};

/// Encodes votes in one piece. A voter receives its own votes as all others do, because pages have no
/// names.
fn batch_of(votes: Vec<Event>, counts: &BTreeMap<Arc<str>, u64>) -> Batch {
    let frames = Encoded::texts(&votes, |vote, json| write_vote(vote, counts, json));
    Batch::new(votes, frames)
}

fn write_vote(vote: &Event, counts: &BTreeMap<Arc<str>, u64>, json: &mut Vec<u8>) {
    let (id, key, candidate) = (vote.id, &*vote.key, &*vote.data);
    write_json(&ServerMessage::Vote { candidate, counts, id, key }, json);
}

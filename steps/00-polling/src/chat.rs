//! The chat by long polling.
//!
//! A common mistake is to give each visitor a queue, and to put each message into all of them. Here
//! the log is the queue of all visitors, and a visitor is an id in a URL.

use std::sync::LazyLock;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use event_log::{Draft, Event, EventId, EventLog, Missed, unix_milliseconds};
use names::Name;
use serde::{Deserialize, Serialize};
use web::{Kind, Page};

use crate::http_error::HttpError;
use crate::page::page;
use crate::request::{PORTION, Poll, has_more, key_or_random, newest_of, read_json, shorten};
use crate::tally::MESSAGES;

/// The longest text, in characters.
const TEXT_MAX: usize = 2_000;

/// What the requests of the chat need.
#[derive(Clone)]
struct Chat {
    log: EventLog,
    hold_time: Duration,
}

/// The paths of the chat.
pub(crate) fn routes(log: EventLog, hold_time: Duration) -> Router {
    Router::new()
        .route("/chat", get(chat_page))
        .route("/messages", get(messages).post(send))
        .with_state(Chat { log, hold_time })
}

/// The answer to a poll.
#[derive(Serialize)]
struct NewMessages<'log> {
    /// The id to ask with next time.
    newest: EventId,
    /// Whether messages are missing before these, because the server no longer has them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    gap: bool,
    /// Whether there are more messages, for which this answer has no room: ask again at once.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    more: bool,
    messages: Vec<MessageEvent<'log>>,
    /// The server's clock, in milliseconds since 1970. A page compares ids with it.
    now: u64,
}

#[derive(Serialize)]
struct MessageEvent<'log> {
    id: EventId,
    key: &'log str,
    name: &'log str,
    text: &'log str,
}

/// `GET /messages?after=ID`: the messages since then, as soon as there is one.
async fn messages(State(chat): State<Chat>, Query(poll): Query<Poll>) -> Response {
    let hold_time = poll.hold_time(chat.hold_time);
    let missed = chat.log.wait(MESSAGES, poll.after, PORTION, hold_time).await;
    let Missed { is_gap: gap, mut events } = missed;
    shorten(&mut events);
    if events.is_empty() && !gap {
        return StatusCode::NO_CONTENT.into_response();
    }
    let newest = newest_of(&chat.log, MESSAGES, &events);
    let more = has_more(&chat.log, MESSAGES, &events);
    let messages = events.iter().map(|Event { id, owner, key, data, .. }| MessageEvent {
        id: *id,
        key,
        name: owner,
        text: data,
    });
    let messages = messages.collect();
    Json(NewMessages { newest, gap, more, messages, now: unix_milliseconds() }).into_response()
}

/// The body of a request that sends a message.
#[derive(Deserialize)]
struct NewMessage {
    name: String,
    text: String,
    /// The sender's key, by which a message that is sent twice is recognised.
    key: Option<String>,
}

/// What its fields should be.
const FIELDS: [(&str, Kind); 3] = [("name", Kind::Text), ("text", Kind::Text), ("key", Kind::Text)];

/// `POST /messages`
async fn send(State(chat): State<Chat>, body: Bytes) -> Result<StatusCode, HttpError> {
    let how = r#"a message is JSON like {"name": "Ada", "text": "hello"}"#;
    let NewMessage { name, text, key } = read_json(&body, &FIELDS, how)?;
    let name = Name::new(&name).map_err(|problem| HttpError::bad_request(problem.reason()))?;
    if !has_content(&text, TEXT_MAX) {
        return Err(HttpError::bad_request(format!("a text has 1 to {TEXT_MAX} characters")));
    }
    let key = key_or_random(key)?;
    // Answered when it is stored, so that nothing is lost that was answered.
    let stored = chat.log.store(Draft::new(MESSAGES, key, text).owned_by(name)).await;
    stored.map_err(|problem| HttpError::unavailable(problem.to_string()))?;
    Ok(StatusCode::ACCEPTED)
}

/// Returns whether a text has more in it than white space, and at most `characters_max` characters.
fn has_content(text: &str, characters_max: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= characters_max
}

/// The page of the chat.
static CHAT: LazyLock<Page> =
    LazyLock::new(|| page("Chat by long polling", include_str!("chat.html")));

/// `GET /chat`
async fn chat_page() -> Page {
    CHAT.clone()
}

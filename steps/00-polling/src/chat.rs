//! The chat by long polling.
//!
//! The tutorials give each visitor a queue, and put each message into all of them. Here the log is
//! everyone's queue, and a visitor is an id in a URL.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use crate::clock::now;
use crate::routes::{Poll, Refusal, html, key_or_fresh};
use crate::{EventId, EventLog};

/// The topic of the messages.
const MESSAGES: &str = "chat";
/// The longest name, in characters.
const NAME_MAX: usize = 32;
/// The longest text, in characters.
const TEXT_MAX: usize = 2_000;

#[derive(Clone)]
struct Chat {
    log: EventLog,
    hold: Duration,
}

pub(crate) fn routes(log: EventLog, hold: Duration) -> Router {
    Router::new()
        .route("/chat", get(page))
        .route("/messages", get(messages).post(send))
        .with_state(Chat { log, hold })
}

/// What the event of a message says.
#[derive(Serialize, Deserialize)]
struct Message {
    name: String,
    text: String,
}

/// The answer to a poll.
#[derive(Serialize)]
struct Answer {
    /// What to ask for next time.
    newest: EventId,
    messages: Vec<OneMessage>,
    /// Our clock, in milliseconds since 1970, to compare ids with.
    now: u64,
}

#[derive(Serialize)]
struct OneMessage {
    id: EventId,
    key: String,
    #[serde(flatten)]
    message: Message,
}

/// `GET /messages?after=ID`: what has been said since, as soon as there is something.
async fn messages(State(chat): State<Chat>, Query(poll): Query<Poll>) -> Response {
    let events = chat.log.wait(MESSAGES, poll.after, poll.held(chat.hold)).await;
    let Some(newest) = events.last().map(|event| event.id) else {
        return StatusCode::NO_CONTENT.into_response();
    };
    let messages = events.into_iter().filter_map(|event| {
        let message = serde_json::from_str(&event.data).ok()?;
        Some(OneMessage { id: event.id, key: event.key.to_string(), message })
    });
    Json(Answer { newest, messages: messages.collect(), now: now() }).into_response()
}

/// What a page sends.
#[derive(Deserialize)]
struct Sent {
    key: Option<String>,
    #[serde(flatten)]
    message: Message,
}

/// `POST /messages`
async fn send(State(chat): State<Chat>, body: Bytes) -> Result<StatusCode, Refusal> {
    let refuse = |sentence: String| (StatusCode::BAD_REQUEST, sentence);
    let sent: Sent = serde_json::from_slice(&body).map_err(|problem| {
        refuse(format!(
            "a message is JSON like {{\"name\": \"Ada\", \"text\": \"hello\"}}: {problem}"
        ))
    })?;
    let Message { name, text } = &sent.message;
    if !is_within(name, NAME_MAX) || name.contains(char::is_control) {
        return Err(refuse(format!(
            "a name has 1 to {NAME_MAX} characters, and no control characters"
        )));
    }
    if !is_within(text, TEXT_MAX) {
        return Err(refuse(format!("a text has 1 to {TEXT_MAX} characters")));
    }
    let key = key_or_fresh(sent.key)?;
    let data =
        serde_json::to_string(&sent.message).map_err(|problem| refuse(problem.to_string()))?;
    let appended = chat.log.append(MESSAGES, &key, &data);
    appended.map_err(|full| (StatusCode::SERVICE_UNAVAILABLE, full.to_string()))?;
    Ok(StatusCode::ACCEPTED)
}

/// Is there something to read, of at most so many characters?
fn is_within(text: &str, characters: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= characters
}

/// `GET /chat`
async fn page() -> Html<String> {
    html("Chat by long polling", include_str!("chat.html"))
}

//! The vote: a page that loads itself again, a page that polls, and the requests that both send.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Form, FromRequest, Query, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use event_log::{Draft, Event, EventId, EventLog, Missed, digest, unix_milliseconds};
use serde::{Deserialize, Serialize};
use web::{Kind, Page};

use crate::http_error::HttpError;
use crate::page::page;
use crate::request::{PORTION, Poll, has_more, key_or_random, newest_of, read_json, shorten};
use crate::tally::{CANDIDATES, Tally, VOTES};

/// Each candidate's surname, and what she is known for.
const KNOWN_FOR: [(&str, &str); 5] = [
    ("Lovelace", "wrote the first program"),
    ("Hopper", "made the first compiler"),
    ("Lamarr", "let radio hop frequencies"),
    ("Johnson", "computed the way to the moon"),
    ("Perlman", "taught bridges to form a tree"),
];

/// The media type of a form.
const FORM: &str = "application/x-www-form-urlencoded";

/// The log and the hold time, which all requests of the vote use.
#[derive(Clone)]
struct Election {
    log: EventLog,
    hold_time: Duration,
}

/// The paths of the vote.
pub(crate) fn routes(log: EventLog, hold_time: Duration) -> Router {
    let election = Election { log, hold_time };
    Router::new()
        .route("/short", get(short_page))
        .route("/long", get(long_page))
        .route("/votes", get(votes).post(cast))
        .with_state(election)
}

/// The answer to a poll.
#[derive(Serialize)]
struct NewVotes {
    /// The id to ask with next time.
    newest: EventId,
    /// Whether votes are missing before these, because the server no longer has them. The counts
    /// include them, unless the log has begun again.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    gap: bool,
    /// Whether there are more votes, for which this answer has no room: ask again at once. The counts
    /// include them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    more: bool,
    counts: BTreeMap<Arc<str>, u64>,
    votes: Vec<VoteEvent>,
    /// The server's clock, in milliseconds since 1970. A page compares ids with it.
    now: u64,
}

#[derive(Serialize)]
struct VoteEvent {
    id: EventId,
    key: String,
    candidate: String,
}

// ANCHOR: votes
/// Answers `GET /votes?after=ID`, which is long polling, or with `&wait=0` short polling.
async fn votes(State(election): State<Election>, Query(poll): Query<Poll>) -> Response {
    let hold_time = poll.hold_time(election.hold_time);
    election.log.wait(VOTES, poll.after, PORTION, hold_time).await;
    // The votes and the counts are read together, so that they agree.
    let (missed, counted) = election.log.after_counted(VOTES, poll.after, PORTION);
    let Missed { is_gap: gap, mut events } = missed;
    shorten(&mut events);
    if events.is_empty() && !gap && !hold_time.is_zero() {
        return StatusCode::NO_CONTENT.into_response();
    }
    // ANCHOR_END: votes
    let newest = match (events.is_empty(), gap) {
        (true, false) => poll.after,
        _ => newest_of(&election.log, VOTES, &events),
    };
    let more = has_more(&election.log, VOTES, &events);
    let votes = events.into_iter().map(|Event { id, key, data, .. }| VoteEvent {
        id,
        key: key.to_string(),
        candidate: data.to_string(),
    });
    let votes = votes.collect();
    let counts = Tally::from(counted).counts;
    Json(NewVotes { newest, gap, more, counts, votes, now: unix_milliseconds() }).into_response()
}

/// The body of a request that casts a vote.
#[derive(Deserialize)]
struct Ballot {
    candidate: String,
    /// The voter's key, by which a vote that is sent twice is recognised.
    key: Option<String>,
    /// A secret of the voter. Without one, whoever votes for the same candidate under the same key
    /// is the same voter.
    session: Option<String>,
}

/// What its fields should be.
const FIELDS: [(&str, Kind); 3] =
    [("candidate", Kind::Text), ("key", Kind::Text), ("session", Kind::Text)];

/// Answers `POST /votes`, with JSON from a script, or with a form from a browser without scripts.
async fn cast(State(election): State<Election>, request: Request) -> Result<Response, HttpError> {
    let is_form = request.headers().get(CONTENT_TYPE).is_some_and(is_form);
    let ballot =
        if is_form { ballot_of_form(request).await? } else { ballot_of_json(request).await? };
    let key = key_or_random(ballot.key)?;
    if !CANDIDATES.contains(&&*ballot.candidate) {
        let candidates = CANDIDATES.join(", ");
        return Err(HttpError::bad_request(format!("the candidates are {candidates}")));
    }
    // The answer is sent when the vote is stored. So each vote that was answered is counted.
    let vote = Draft::new(VOTES, key, ballot.candidate)
        .owned_by(digest(&ballot.session.unwrap_or_default()));
    let stored = election.log.store(vote).await;
    stored.map_err(|problem| HttpError::unavailable(problem.to_string()))?;
    Ok(if is_form {
        Redirect::to("short").into_response()
    } else {
        StatusCode::ACCEPTED.into_response()
    })
}

/// Is this the media type of a form? It may be in any case, and have parameters.
fn is_form(content_type: &HeaderValue) -> bool {
    let media_type = content_type.to_str().ok().and_then(|value| value.split(';').next());
    media_type.is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case(FORM))
}

async fn ballot_of_form(mut request: Request) -> Result<Ballot, HttpError> {
    // axum knows it in small letters only.
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(FORM));
    let form = Form::from_request(request, &()).await;
    form.map(|Form(ballot)| ballot).map_err(|problem| match problem.status() {
        // JSON with the same mistakes has the same status.
        StatusCode::UNPROCESSABLE_ENTITY => HttpError::bad_request(problem.body_text()),
        status => HttpError::new(status, problem.body_text()),
    })
}

async fn ballot_of_json(request: Request) -> Result<Ballot, HttpError> {
    let body = Bytes::from_request(request, &()).await;
    let body = body.map_err(|problem| HttpError::new(problem.status(), problem.body_text()))?;
    read_json(&body, &FIELDS, r#"a vote is JSON like {"candidate": "Ada"}"#)
}

/// The two pages of the vote, without the counts.
static SHORT: LazyLock<Page> =
    LazyLock::new(|| empty_page("Short polling", include_str!("short.html")));
static LONG: LazyLock<Page> =
    LazyLock::new(|| empty_page("Long polling", include_str!("long.html")));

/// `GET /short`: the page that loads itself again every two seconds.
async fn short_page(State(election): State<Election>) -> Page {
    with_counts(&SHORT, &election)
}

/// `GET /long`: the same page, which asks for new votes instead.
async fn long_page(State(election): State<Election>) -> Page {
    with_counts(&LONG, &election)
}

/// The page of the vote with places for the counts. The two ways of polling differ in `own_part`.
fn empty_page(title: &str, own_part: &str) -> Page {
    page(title, &include_str!("vote.html").replace("<!-- OWN PART -->", own_part))
}

/// A page of the vote with the counts of this moment.
fn with_counts(page: &Page, election: &Election) -> Page {
    let Tally { counts, newest } = Tally::of(&election.log);
    let most = counts.values().copied().max().unwrap_or_default().max(1);
    let mut rows = String::new();
    for (name, (surname, deed)) in CANDIDATES.into_iter().zip(KNOWN_FOR) {
        let count = counts.get(name).copied().unwrap_or_default();
        let width = count.saturating_mul(100) / most;
        let _ = writeln!(
            rows,
            "<li data-candidate=\"{name}\">\
             <p><b>{name}</b> {surname}<small>{deed}</small></p>\
             <output>{count}</output>\
             <button name=\"candidate\" value=\"{name}\" \
             aria-label=\"Vote for {name} {surname}\">Vote</button>\
             <svg aria-hidden=\"true\"><rect width=\"{width}%\" height=\"100%\"/></svg></li>"
        );
    }
    let page = page.clone().with("<!-- ROWS -->", rows.trim_end());
    let page = page.with("THE NEWEST", &newest.to_string());
    page.with("THE TIME", &unix_milliseconds().to_string())
}

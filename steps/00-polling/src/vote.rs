//! The vote: one page that reloads, one that holds a request, and what both ask for.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Form, FromRequest, Query, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use crate::clock::now;
use crate::routes::{Poll, Refusal, html, key_or_fresh};
use crate::tally::VOTES;
use crate::{CANDIDATES, EventId, EventLog, Tally, candidate_of};

/// Who the candidates are, and what for.
const KNOWN_FOR: [(&str, &str); 5] = [
    ("Lovelace", "wrote the first program"),
    ("Hopper", "made the first compiler"),
    ("Lamarr", "let radio hop frequencies"),
    ("Johnson", "computed the way to the moon"),
    ("Perlman", "taught bridges to form a tree"),
];

#[derive(Clone)]
struct Voting {
    log: EventLog,
    tally: Arc<Mutex<Tally>>,
    hold: Duration,
}

pub(crate) fn routes(log: EventLog, hold: Duration) -> Router {
    let voting = Voting { log, tally: Arc::default(), hold };
    Router::new()
        .route("/short", get(short_page))
        .route("/long", get(long_page))
        .route("/votes", get(votes).post(cast))
        .with_state(voting)
}

impl Voting {
    /// Counted whenever somebody asks.
    fn tally(&self) -> Tally {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.catch_up(&self.log);
        tally.clone()
    }
}

/// The answer to a poll.
#[derive(Serialize)]
struct Answer {
    /// What to ask for next time.
    newest: EventId,
    counts: BTreeMap<String, u64>,
    votes: Vec<OneVote>,
    /// Our clock, in milliseconds since 1970, to compare ids with.
    now: u64,
}

#[derive(Serialize)]
struct OneVote {
    id: EventId,
    key: String,
    candidate: String,
}

// ANCHOR: votes
/// `GET /votes?after=ID`: long polling, or with `&wait=0` short polling.
async fn votes(State(voting): State<Voting>, Query(poll): Query<Poll>) -> Response {
    let held = poll.held(voting.hold);
    let events = voting.log.wait(VOTES, poll.after, held).await;
    if events.is_empty() && !held.is_zero() {
        return StatusCode::NO_CONTENT.into_response();
    }
    let newest = events.last().map_or(poll.after, |event| event.id);
    let votes = events.into_iter().filter_map(|event| {
        let candidate = candidate_of(&event)?;
        Some(OneVote { id: event.id, key: event.key.to_string(), candidate })
    });
    let votes = votes.collect();
    // Counted after the votes were taken, so that no vote in the answer is missing in the counts.
    let counts = voting.tally().counts().clone();
    Json(Answer { newest, counts, votes, now: now() }).into_response()
}
// ANCHOR_END: votes

#[derive(Deserialize)]
struct Ballot {
    candidate: String,
    key: Option<String>,
}

// ANCHOR: cast
/// `POST /votes`, with JSON from a script, or with a form where there is none.
async fn cast(State(voting): State<Voting>, request: Request) -> Result<Response, Refusal> {
    let content_type = request.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let is_form =
        content_type.is_some_and(|value| value.starts_with(b"application/x-www-form-urlencoded"));
    let ballot =
        if is_form { ballot_of_form(request).await? } else { ballot_of_json(request).await? };
    let key = key_or_fresh(ballot.key)?;
    let vote = voting.tally().vote(&ballot.candidate).ok_or_else(|| {
        let sentence = format!("one can vote for {}, and nobody else", CANDIDATES.join(", "));
        (StatusCode::BAD_REQUEST, sentence)
    })?;
    let appended = voting.log.append(VOTES, &key, &vote);
    appended.map_err(|full| (StatusCode::SERVICE_UNAVAILABLE, full.to_string()))?;
    Ok(if is_form {
        Redirect::to("short").into_response()
    } else {
        StatusCode::ACCEPTED.into_response()
    })
}
// ANCHOR_END: cast

async fn ballot_of_form(request: Request) -> Result<Ballot, Refusal> {
    let form = Form::from_request(request, &()).await;
    form.map(|Form(ballot)| ballot).map_err(|problem| (problem.status(), problem.body_text()))
}

async fn ballot_of_json(request: Request) -> Result<Ballot, Refusal> {
    let body = Bytes::from_request(request, &()).await;
    let body = body.map_err(|problem| (problem.status(), problem.body_text()))?;
    serde_json::from_slice(&body).map_err(|problem| {
        let sentence = format!("a vote is JSON like {{\"candidate\": \"Ada\"}}: {problem}");
        (StatusCode::BAD_REQUEST, sentence)
    })
}

/// `GET /short`: the tutorials' page, which loads itself again every two seconds.
async fn short_page(State(voting): State<Voting>) -> Html<String> {
    page("Short polling", include_str!("short.html"), &voting)
}

/// `GET /long`: the same page, which asks for what is new instead.
async fn long_page(State(voting): State<Voting>) -> Html<String> {
    page("Long polling", include_str!("long.html"), &voting)
}

/// The page of the vote as it stands, with the part in which the two ways differ.
fn page(title: &str, own_part: &str, voting: &Voting) -> Html<String> {
    let tally = voting.tally();
    let most = tally.counts().values().copied().max().unwrap_or_default().max(1);
    let mut rows = String::new();
    for (name, (surname, deed)) in CANDIDATES.into_iter().zip(KNOWN_FOR) {
        let count = tally.counts().get(name).copied().unwrap_or_default();
        let width = count.saturating_mul(100) / most;
        let _ = writeln!(
            rows,
            "<li data-candidate=\"{name}\">\
             <p><b>{name}</b> {surname}<small>{deed}</small></p>\
             <output>{count}</output>\
             <button name=\"candidate\" value=\"{name}\">Vote</button>\
             <i style=\"width: {width}%\"></i></li>"
        );
    }
    let content = include_str!("vote.html")
        .replace("<!-- ROWS -->", rows.trim_end())
        .replace("<!-- OWN PART -->", own_part)
        .replace("THE NEWEST", &tally.upto().to_string())
        .replace("THE TIME", &now().to_string());
    html(title, &content)
}

//! All paths, and the rules that hold for each of them.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use tokio::time::timeout;

use crate::{EventId, EventLog, chat, vote};
use web::{Origins, effective_host};

/// The longest body of a request, in bytes.
const BODY_BYTES: usize = 16 * 1024;
/// How long a request may take, beyond the time for which we hold it.
const REQUEST_TIME: Duration = Duration::from_secs(10);
/// What every answer carries. It is never kept, never taken for another type, never framed by
/// another site, and its page loads nothing from elsewhere.
const HEADERS: [(HeaderName, HeaderValue); 3] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'self' 'unsafe-inline' data:; frame-ancestors 'none'",
        ),
    ),
];

/// A request that cannot be fulfilled: a status, and a sentence for people.
pub(crate) type Refusal = (StatusCode, String);

/// What a poll asks for, in its query.
#[derive(Deserialize)]
pub(crate) struct Poll {
    /// The last event it knows.
    #[serde(default)]
    pub(crate) after: EventId,
    wait: Option<u8>,
}

impl Poll {
    /// How long it is held, of the time that we hold one: short polling asks with `wait=0`.
    pub(crate) fn held(&self, hold: Duration) -> Duration {
        if self.wait == Some(0) { Duration::ZERO } else { hold }
    }
}

/// The vote by short polling and by long polling, and the chat, over one log. A poll is held for
/// `hold`, which is 10 s in the tutorials.
///
/// There is nothing at `/`, and no fallback: see [`front_page`] and [`not_found`].
pub fn routes(log: EventLog, hold: Duration) -> Router {
    let polls = vote::routes(log.clone(), hold).merge(chat::routes(log, hold));
    guarded(polls.layer(DefaultBodyLimit::max(BODY_BYTES)), hold)
}

/// The same rules for other paths: no writing for pages of other sites, no request that takes much
/// longer than `hold`, and headers that keep a browser careful.
pub fn guarded(router: Router, hold: Duration) -> Router {
    router.layer(from_fn_with_state(hold, guard))
}

/// A page at `/` that leads to the others.
pub fn front_page() -> Router {
    let page = || async { html("Polling", include_str!("front.html")) };
    guarded(Router::new().route("/", get(page)), Duration::ZERO)
}

/// The answer for all other paths: 404, and a sentence.
pub async fn not_found() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "there is nothing here; the pages are /, /short, /long and /chat")
}

/// A whole page of this step.
pub(crate) fn html(title: &str, content: &str) -> Html<String> {
    let style = include_str!("polling.css");
    let script = include_str!("polling.js");
    let content = content.replace("<!-- COST -->", include_str!("cost.html"));
    let content = format!("<style>\n{style}</style>\n<script>\n{script}</script>\n{content}");
    Html(web::page(0, title, &content))
}

/// What a request without a key gets, and what one with a key may have.
pub(crate) fn key_or_fresh(key: Option<String>) -> Result<String, Refusal> {
    match key {
        None => Ok(crate::fresh_key()),
        Some(key) if (1..=64).contains(&key.len()) => Ok(key),
        Some(_) => Err((StatusCode::BAD_REQUEST, "a key has 1 to 64 bytes".to_owned())),
    }
}

/// Stands before every path.
///
/// A browser lets any page send forms and simple requests to any server, so that a page of another
/// site could vote in its visitor's name. What it also sends is where that page came from: step 2
/// says more about this (fault F6).
async fn guard(State(hold): State<Duration>, request: Request, next: Next) -> Response {
    let host = effective_host(request.uri(), request.headers());
    let mut response = match Origins::default().check(request.headers(), host) {
        Err(foreign) if request.method() == Method::POST => {
            (StatusCode::FORBIDDEN, foreign.to_string()).into_response()
        }
        _ => timeout(hold + REQUEST_TIME, next.run(request)).await.unwrap_or_else(|_| {
            (StatusCode::REQUEST_TIMEOUT, "the request took too long").into_response()
        }),
    };
    response.headers_mut().extend(HEADERS);
    response
}

//! The rules that hold for every path of a server, whatever the path does.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;

use crate::origin::Origins;

/// The longest body of a request, in bytes.
const BODY_BYTES: usize = 16 * 1024;
/// How long a request may take, in addition to the time for which a poll is held.
const REQUEST_TIME: Duration = Duration::from_secs(10);
/// Headers of every answer: it is never cached, never taken for another type, never framed by
/// another site, and its page loads nothing from other sites.
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

/// The rules, for one server.
#[derive(Clone, Debug)]
struct Rules {
    origins: Origins,
    request_time: Duration,
}

/// Puts the rules before every path of `router`: pages of other sites must not write, a request
/// must not take much longer than `hold_time`, a body has a limit, and each answer carries headers
/// that make a browser careful.
pub fn guarded(router: Router, origins: Origins, hold_time: Duration) -> Router {
    let rules = Rules { origins, request_time: hold_time + REQUEST_TIME };
    let router = router.layer(DefaultBodyLimit::max(BODY_BYTES));
    router.layer(from_fn_with_state(rules, guard))
}

/// Returns the answer for a path where there is nothing: 404. `pages` lists the pages that exist,
/// such as `/ or /chat`.
#[must_use]
pub fn not_found(pages: &str) -> (StatusCode, String) {
    (StatusCode::NOT_FOUND, format!("There is nothing here: try {pages}.\n"))
}

/// Runs before every path.
///
/// A browser lets any page send forms and simple requests to any server. So a page of another site
/// could vote in the name of its visitor. The browser also sends where that page came from, and
/// step 2 says more about this (fault F6).
async fn guard(State(rules): State<Rules>, request: Request, next: Next) -> Response {
    let mut response = match rules.origins.check(request.headers()) {
        Err(origin) if request.method() == Method::POST => {
            (StatusCode::FORBIDDEN, format!("pages of {origin} may not write here")).into_response()
        }
        _ => timeout(rules.request_time, next.run(request)).await.unwrap_or_else(|_| {
            (StatusCode::REQUEST_TIMEOUT, "the request took too long").into_response()
        }),
    };
    response.headers_mut().extend(HEADERS);
    response
}

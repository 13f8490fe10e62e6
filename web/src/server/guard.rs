//! The rules that hold for every path of a server, whatever the path does.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, ORIGIN,
    UPGRADE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, StatusCode, Version};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;

use crate::host::{effective_host, names_a_host};
use crate::origin::Origins;
use crate::policy::POLICY;
use crate::server::counts::{Denial, HttpCounts};
use crate::server::log::log_refusal;
use crate::uri_characters::is_utf8;

/// The longest body of a request, in bytes. It has room for 2,000 characters, each of which may be
/// written with twelve, as in `\ud83d\ude00`.
const BODY_BYTES: usize = 32 * 1024;
/// How long a request may take, in addition to the time for which a poll is held.
const REQUEST_TIME: Duration = Duration::from_secs(10);
/// Headers of every answer: it is never cached, and never taken for another type.
const HEADERS: [(HeaderName, HeaderValue); 2] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
];

/// The rules, for one server.
#[derive(Clone, Debug)]
struct Rules {
    origins: Origins,
    request_time: Duration,
    counts: HttpCounts,
}

/// Puts the rules before every path of `router`: a request must be for a name of this server, pages
/// of other sites must not write, a request must not take much longer than `hold_time`, a body has a
/// limit, and each answer carries headers that make a browser careful.
pub fn guarded(
    router: Router,
    origins: Origins,
    hold_time: Duration,
    counts: HttpCounts,
) -> Router {
    let rules = Rules { origins, request_time: hold_time + REQUEST_TIME, counts };
    let router = router.layer(DefaultBodyLimit::max(BODY_BYTES));
    router.layer(from_fn_with_state(rules, guard))
}

/// Returns the answer for a path where there is nothing: 404. `pages` lists the pages that exist,
/// such as `/ or /chat`.
pub fn not_found(pages: &str) -> (StatusCode, String) {
    (StatusCode::NOT_FOUND, format!("There is nothing here: try {pages}.\n"))
}

/// Runs before every path.
async fn guard(State(rules): State<Rules>, request: Request, next: Next) -> Response {
    let mut response = match refusal(&rules.origins, &request) {
        Some((denial, sentence)) => {
            rules.counts.count(denial);
            let status = match denial {
                Denial::Malformed => StatusCode::BAD_REQUEST,
                _ => StatusCode::FORBIDDEN,
            };
            (status, sentence).into_response()
        }
        None if announces_too_much(request.headers()) => {
            let sentence = format!("A body has at most {BODY_BYTES} bytes.");
            (StatusCode::PAYLOAD_TOO_LARGE, sentence).into_response()
        }
        None => timeout(rules.request_time, next.run(request)).await.unwrap_or_else(|_| {
            (StatusCode::REQUEST_TIMEOUT, "the request took too long").into_response()
        }),
    };
    make_careful(response.headers_mut());
    response
}

/// Adds the headers of every answer.
pub(crate) fn make_careful(headers: &mut HeaderMap) {
    headers.extend(HEADERS);
    // A page has a policy of its own.
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
}

// ANCHOR: refusal
/// Returns the answer to a request that a page of another site has caused, or `None` if the request
/// may go on.
///
/// A browser lets any page send forms and simple requests to any server. So a page of another site
/// could vote in the name of its visitor (fault F6). A page could also let its own name point to
/// this server's address, and then read everything here (DNS rebinding). See [`Origins`].
fn refusal(origins: &Origins, request: &Request) -> Option<(Denial, String)> {
    let headers = request.headers();
    // RFC 9112 §3.2: there is one Host, even if the target names the host as well. HTTP/1.0 does not
    // ask for it.
    let may_lack_host = request.version() == Version::HTTP_10 && !headers.contains_key(HOST);
    let host = effective_host(request.uri(), headers);
    let is_for_a_host = has_one_host(headers) && host.is_some_and(is_host);
    if !may_lack_host && !is_for_a_host {
        let sentence = "There must be exactly one Host header, and it must name a host.";
        return Some((Denial::Malformed, sentence.to_owned()));
    }
    let target = request.uri().path_and_query().map_or("", PathAndQuery::as_str);
    if !target.is_ascii() || !is_utf8(target) {
        let sentence = "The target of the request must be ASCII, and UTF-8 when it is decoded.";
        return Some((Denial::Malformed, sentence.to_owned()));
    }
    // When a page opens a WebSocket, the browser also sends `Origin`, and the opening handshake checks
    // both (step 2).
    let is_checked = headers.contains_key(UPGRADE) && headers.contains_key(ORIGIN);
    let foreign_host = host.filter(|host| !is_checked && !origins.is_own_host(host));
    let (denial, sentence) = match (origins.check(headers, host), foreign_host) {
        (Err(foreign), Some(_)) => (Denial::Origin, foreign.to_string()),
        (Err(foreign), _) if !request.method().is_safe() => (Denial::Origin, foreign.to_string()),
        // A browser sends no `Origin` when a page reads what it takes for its own site. The host is
        // quoted and escaped, because a stranger has chosen it.
        (_, Some(host)) => {
            let advice = format!("Allow it with --origin http://{host}");
            let sentence = format!("The Host {host:?} is not a name of this server. {advice}");
            (Denial::Host, sentence)
        }
        _ => return None,
    };
    log_refusal(&sentence);
    Some((denial, sentence))
}
// ANCHOR_END: refusal

/// Does the request announce a body that is too long? It is refused before it is sent.
fn announces_too_much(headers: &HeaderMap) -> bool {
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse::<u64>().ok()).is_some_and(|it| it > BODY_BYTES as u64)
}

/// Is there exactly one `Host`, and does it name a host?
fn has_one_host(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    hosts.next().is_some_and(|host| names_a_host(host.as_bytes())) && hosts.next().is_none()
}

fn is_host(text: &str) -> bool {
    names_a_host(text.as_bytes())
}

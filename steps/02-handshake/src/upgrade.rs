//! Checks a request from any HTTP library by the rules of RFC 6455 §4.2.1, one after the other.

use std::collections::HashSet;

use clap::Args;
use http::header::{
    CONNECTION, CONTENT_LENGTH, HOST, HeaderName, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS,
    SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version};
use web::{Origins, effective_host, names_a_host};

use crate::accept_key::{accept_key, is_key};
use crate::refusal::Refusal;

/// Which requests a server upgrades, and to what.
#[derive(Args, Clone, Debug, Default)]
pub struct Policy {
    /// The origins whose pages may connect.
    #[command(flatten)]
    pub origins: Origins,
    /// A subprotocol to agree to when a client offers it; repeatable
    // Of those that a client offers, the first in the client's order that is also here is chosen.
    #[arg(long = "subprotocol", value_name = "NAME", value_parser = subprotocol)]
    pub subprotocols: Vec<String>,
}

/// Reads the name of a subprotocol, which must be a token, or no client could offer it.
fn subprotocol(name: &str) -> Result<String, String> {
    let problem = "a subprotocol is a token, without spaces, commas or quotes: try \"chat\"";
    if is_token(name) { Ok(name.to_owned()) } else { Err(problem.to_owned()) }
}

// ANCHOR: state
/// How to answer a request that may be upgraded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upgrade {
    /// The value of `Sec-WebSocket-Accept`.
    pub accept: String,
    /// The subprotocol that was chosen, if any was.
    pub subprotocol: Option<String>,
    /// The extensions that were agreed on. Before step 5 this is always `None`.
    pub extensions: Option<String>,
}
// ANCHOR_END: state

impl Upgrade {
    // ANCHOR: response
    /// Returns the answer `101 Switching Protocols` (RFC 6455 §4.2.2).
    ///
    /// It has no `WebSocket-Location`, which is a header of an old draft (fault F4).
    pub fn response(&self) -> Response<String> {
        let mut response = Response::new(String::new());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        // These values are base64 or tokens, so each of them is a valid header value.
        let ours = [
            (SEC_WEBSOCKET_ACCEPT, Some(&self.accept)),
            (SEC_WEBSOCKET_PROTOCOL, self.subprotocol.as_ref()),
            (SEC_WEBSOCKET_EXTENSIONS, self.extensions.as_ref()),
        ];
        for (name, value) in ours {
            if let Some(Ok(value)) = value.map(|value| HeaderValue::from_str(value)) {
                headers.insert(name, value);
            }
        }
        response
    }
    // ANCHOR_END: response
}

// ANCHOR: upgrade
/// Decides whether `request` may become a WebSocket, and how to answer it.
///
/// # Errors
/// The first rule that the request breaks. A common mistake is to check none of them (fault F3).
pub fn upgrade<Body>(request: &Request<Body>, policy: &Policy) -> Result<Upgrade, Refusal> {
    let (method, headers) = (request.method(), request.headers());
    Refusal::Method(method.clone()).unless(matches!(*method, Method::GET | Method::HEAD))?;
    let host = only(headers, &HOST).map(HeaderValue::as_bytes);
    let may_lack_host = request.version() == Version::HTTP_10 && !headers.contains_key(HOST);
    Refusal::Host.unless(may_lack_host || host.is_some_and(names_a_host))?;
    let no_bytes = headers.get_all(CONTENT_LENGTH).iter().all(|length| length == "0");
    Refusal::Body.unless(no_bytes && !headers.contains_key(TRANSFER_ENCODING))?;
    if !has_token(headers, &UPGRADE, "websocket") {
        let is_plain = !headers.keys().any(|name| name.as_str().starts_with("sec-websocket-"));
        return Err(if is_plain { Refusal::PlainRequest } else { Refusal::Upgrade });
    }
    Refusal::HttpVersion.unless(request.version() == Version::HTTP_11)?;
    Refusal::Method(method.clone()).unless(method == Method::GET)?;
    Refusal::Connection.unless(has_token(headers, &CONNECTION, "upgrade"))?;
    let version = only(headers, &SEC_WEBSOCKET_VERSION);
    Refusal::WebSocketVersion.unless(version.is_some_and(|version| version == "13"))?;
    let key = only(headers, &SEC_WEBSOCKET_KEY)
        .filter(|key| is_key(key.as_bytes()))
        .and_then(|key| key.to_str().ok())
        .ok_or(Refusal::Key)?;
    policy.origins.check(headers, effective_host(request.uri(), headers))?;
    let subprotocol = choose_subprotocol(headers, &policy.subprotocols)?;
    Refusal::Extensions.unless(is_list_of(headers, &SEC_WEBSOCKET_EXTENSIONS, is_extension))?;
    Ok(Upgrade { accept: accept_key(key), subprotocol, extensions: None })
}
// ANCHOR_END: upgrade

// ANCHOR: lists
/// Returns the value of a header, if the header is there exactly once.
fn only<'map>(headers: &'map HeaderMap, name: &HeaderName) -> Option<&'map HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

/// Returns the entries of a header that is a list: separated by commas, possibly over several lines
/// (RFC 9110 §5.6.1). Values that are not text are ignored.
pub fn list<'map>(headers: &'map HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'map str> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|entry| entry.trim_matches([' ', '\t']))
        .filter(|entry| !entry.is_empty())
}

/// Returns whether `token` is in the list. The case does not matter, neither of the header's name nor
/// of the token (fault F2).
fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    list(headers, name).any(|entry| entry.eq_ignore_ascii_case(token))
}
// ANCHOR_END: lists

/// Returns the first of the offered subprotocols that the server supports. A browser would refuse one
/// that it has not offered (RFC 6455 §4.1).
fn choose_subprotocol(headers: &HeaderMap, spoken: &[String]) -> Result<Option<String>, Refusal> {
    let offered: Vec<&str> = list(headers, &SEC_WEBSOCKET_PROTOCOL).collect();
    let is_distinct = offered.iter().collect::<HashSet<_>>().len() == offered.len();
    let is_list = is_list_of(headers, &SEC_WEBSOCKET_PROTOCOL, is_token);
    Refusal::Subprotocol.unless(is_list && is_distinct)?;
    Ok(offered.into_iter().map(str::to_owned).find(|entry| spoken.contains(entry)))
}

/// Returns whether this header is missing, or is a list of at least one such entry.
fn is_list_of(headers: &HeaderMap, name: &HeaderName, is_entry: fn(&str) -> bool) -> bool {
    let is_text = headers.get_all(name).iter().all(|value| value.to_str().is_ok());
    let mut entries = list(headers, name).peekable();
    let is_there = entries.peek().is_some() || !headers.contains_key(name);
    is_text && is_there && entries.all(is_entry)
}

/// Splits an entry of `Sec-WebSocket-Extensions` into its name and its parameters, which may have
/// values (RFC 6455 §9.1).
pub fn extension(entry: &str) -> (&str, impl Iterator<Item = (&str, Option<&str>)>) {
    let mut parts = entry.split(';').map(|part| part.trim_matches([' ', '\t']));
    let name = parts.next().unwrap_or_default();
    let parameters = parts.map(|part| match part.split_once('=') {
        Some((name, value)) => (name.trim_end(), Some(value.trim_start())),
        None => (part, None),
    });
    (name, parameters)
}

/// Returns whether this entry follows the grammar.
fn is_extension(entry: &str) -> bool {
    let (name, mut parameters) = extension(entry);
    is_token(name) && parameters.all(|(name, value)| is_token(name) && value.is_none_or(is_value))
}

/// Returns whether this is a token, possibly in quotes. So it cannot contain a comma or a semicolon.
///
/// Within quotes, a backslash may precede a character without a meaning of its own (RFC 9110 §5.6.4).
fn is_value(value: &str) -> bool {
    let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    let Some(quoted) = quoted else { return is_token(value) };
    let pieces: Vec<&str> = quoted.split('\\').collect();
    // A token has no backslash in it, so behind each one there must be another character.
    is_token(&pieces.concat()) && pieces[1..].iter().all(|piece| !piece.is_empty())
}

/// Returns whether this is a token (RFC 9110 §5.6.2). The name of a header is a token, so the crate
/// `http` can tell.
fn is_token(text: &str) -> bool {
    HeaderName::from_bytes(text.as_bytes()).is_ok()
}

//! Level 2: the request of the opening handshake, on all connections of the run.

use std::collections::HashSet;
use std::sync::atomic::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checker::check::{Check, ClientRun, Turn};
use crate::checker::client::asked::Asked;
use crate::checker::client::checks::sent::{samples, varying_bits};
use crate::checker::client::seen::Seen;
use crate::checker::client::visit::Visit;
use crate::checker::wire::record::{Record, received};
use crate::checker::wire::stop::{Judgement, Stop};

/// Headers that a request may have only once (RFC 9110 §5.3, RFC 6455 §11.3).
const ONCE: [&str; 6] =
    ["host", "upgrade", "origin", "sec-websocket-key", "sec-websocket-version", "content-length"];
/// How many of the 128 bits of a key must vary. A version and a variant, as in a UUID, are allowed.
const KEY_BITS_MIN: u32 = 64;
/// How many keys show which bits vary: the chance that a random bit is the same in all is 2^-31.
const KEYS_MIN: usize = 32;
/// A path with a query, with characters that are allowed in both.
const PATH: &str = "/a/path%20of/judge?query=1&more=a%26b";

pub(crate) const CHECKS: &[Check] = &[
    request("client/request-line", "RFC 6455 §4.1", |visit| every(visit, request_line))
        .expects("The request is a GET, in HTTP/1.1 or later, for a path without a fragment.")
        .hint("The first line is `GET /path?query HTTP/1.1`."),
    Check::client(2, "client/target", "RFC 6455 §3", target)
        .needs(&["client/connects"])
        .expects("The client asks for the path and the query of the address, unchanged, or for `/` if the address has neither.")
        .hint("Copy both from the address, percent signs included, without what follows a `#`."),
    request("client/host", "RFC 6455 §4.1", |visit| every(visit, host))
        .expects("`Host` is the host of the address, with the port unless it is 80.")
        .hint("Write `Host: 127.0.0.1:9000` if the address has a port."),
    request("client/upgrade-header", "RFC 6455 §4.1", |visit| {
        every(visit, |seen| token(seen, "Upgrade", "websocket"))
    })
    .expects("The request has `Upgrade: websocket`.")
    .hint("Without it the request is an ordinary one."),
    request("client/connection-header", "RFC 6455 §4.1", |visit| {
        every(visit, |seen| token(seen, "Connection", "Upgrade"))
    })
    .expects("The request has `Connection: Upgrade`.")
    .hint("`Upgrade` is a header for the next server only, and `Connection` must name it."),
    request("client/version", "RFC 6455 §4.1", |visit| every(visit, version))
        .expects("`Sec-WebSocket-Version` is 13.")
        .hint("It is 13 and nothing else; other numbers were drafts."),
    request("client/key", "RFC 6455 §4.1", |visit| every(visit, key))
        .expects("`Sec-WebSocket-Key` is 16 bytes in base64.")
        .hint("16 bytes make 24 characters, of which the last two are `==`."),
    request("client/key-random", "RFC 6455 §4.1", keys)
        .expects("Each connection has a key of its own, chosen at random.")
        .hint("Ask the system for 16 random bytes for each connection."),
    request("client/headers-once", "RFC 6455 §11.3", |visit| every(visit, once))
        .expects("No header is repeated that may appear only once, and no header belongs in a server's answer.")
        .hint("A proxy and a server may each use a different one of the two lines."),
    request("client/header-lines", "RFC 9112 §5", |visit| every(visit, lines))
        .expects("Each line is a name, a colon and a value, without control characters.")
        .hint("A name has no space, a line ends with CR LF, and no line continues the one before."),
    request("client/no-body", "RFC 6455 §4.1", |visit| every(visit, no_body))
        .expects("The request has no body.")
        .hint("Send neither `Content-Length` nor `Transfer-Encoding`: a GET ends with its empty line."),
    request("client/offers", "RFC 6455 §9.1", |visit| every(visit, offers))
        .expects("`Sec-WebSocket-Extensions` is a list of offers, each with valid parameters.")
        .hint("permessage-deflate has window bits of 8 to 15, and each parameter once (RFC 7692 §7.1)."),
    request("client/subprotocols", "RFC 6455 §4.1", |visit| every(visit, subprotocols))
        .expects("`Sec-WebSocket-Protocol` is a list of tokens, none of them twice.")
        .hint("A name has no space, comma, slash or quote."),
];

/// A check of all requests.
const fn request(id: &'static str, clause: &'static str, run: ClientRun) -> Check {
    Check::client(2, id, clause, run).needs(&["client/connects"]).turn(Turn::Last)
}

/// Judges every request of the run.
fn every(visit: &Visit, judge: fn(&Seen) -> Judgement) -> Judgement {
    samples(visit).iter().try_for_each(judge)
}

fn request_line(seen: &Seen) -> Judgement {
    let words: Vec<&str> = seen.asked.line.split(' ').collect();
    let [method, target, version] = words[..] else {
        return Err(seen.wrong_line("The first line does not have three words"));
    };
    if method != "GET" {
        return Err(seen.wrong_line(format!("The method is {method}")));
    }
    let minor = version.strip_prefix("HTTP/1.").and_then(|minor| minor.parse::<u8>().ok());
    if minor.is_none_or(|minor| minor == 0) {
        return Err(seen.wrong_line(format!("The version is {version}")));
    }
    let is_absolute = target.starts_with("http://") || target.starts_with("ws://");
    if target.contains('#') || !(target.starts_with('/') || is_absolute) {
        return Err(seen.wrong_line(format!("The target is {target}")));
    }
    Ok(())
}

fn target(visit: &Visit) -> Judgement {
    if visit.hall.page.is_some() {
        return Err(Stop::unseen("the page has an address of its own"));
    }
    let paths = [("", "/"), (PATH, PATH), ("?query", "/?query")];
    for (path, due) in paths {
        let mut guest = visit.call_at(path)?;
        guest.is_judged = false;
        if visit.hall.asks_for_cases.load(Ordering::Relaxed) {
            return Err(Stop::unseen("the client chooses the paths itself"));
        }
        let target = guest.asked.target();
        let path_of =
            target.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
        if path_of.unwrap_or(target) != due {
            let happened = format!("The client asked for `{target}`, and not for `{due}`");
            return Err(guest.wrong(happened, received("GET ".len() as u64)));
        }
    }
    Ok(())
}

fn host(seen: &Seen) -> Judgement {
    let host = seen.asked.value("host");
    let port = host.strip_prefix("127.0.0.1:").or_else(|| host.strip_prefix("localhost:"));
    if port.is_some_and(|port| port.parse::<u16>().is_ok()) {
        return Ok(());
    }
    let happened = match host {
        "" => "The request has no `Host`".to_owned(),
        host => format!("`Host` is `{host}`, without the port or for another host"),
    };
    Err(seen.wrong_header(happened, "host"))
}

fn token(seen: &Seen, name: &str, token: &str) -> Judgement {
    let lower = name.to_ascii_lowercase();
    if seen.asked.has_token(&lower, token) {
        return Ok(());
    }
    let happened = match seen.asked.value(&lower) {
        "" => format!("The request has no `{name}`"),
        value => format!("`{name}` is `{value}`"),
    };
    Err(seen.wrong_header(happened, &lower))
}

fn version(seen: &Seen) -> Judgement {
    match seen.asked.value("sec-websocket-version") {
        "13" => Ok(()),
        value => {
            let happened = format!("`Sec-WebSocket-Version` is `{value}`");
            Err(seen.wrong_header(happened, "sec-websocket-version"))
        }
    }
}

/// The 16 bytes of a request's key.
fn key_of(asked: &Asked) -> Option<[u8; 16]> {
    STANDARD.decode(asked.value("sec-websocket-key")).ok()?.try_into().ok()
}

fn key(seen: &Seen) -> Judgement {
    if key_of(&seen.asked).is_some() {
        return Ok(());
    }
    let happened = match seen.asked.value("sec-websocket-key") {
        "" => "The request has no `Sec-WebSocket-Key`".to_owned(),
        key => format!("The key `{key}` is not 16 bytes in base64"),
    };
    Err(seen.wrong_header(happened, "sec-websocket-key"))
}

fn keys(visit: &Visit) -> Judgement {
    while samples(visit).len() < KEYS_MIN && visit.call().is_ok() {}
    let all = samples(visit);
    let mut known = HashSet::new();
    let mut keys = Vec::new();
    for seen in all.iter() {
        let Some(key) = key_of(&seen.asked) else { continue };
        if !known.insert(key) {
            let happened = "Two connections have the same key";
            return Err(seen.wrong_header(happened, "sec-websocket-key"));
        }
        keys.push(key);
    }
    let bits = varying_bits(&keys);
    if keys.len() >= KEYS_MIN && bits < KEY_BITS_MIN {
        let happened = format!(
            "Only {bits} of the 128 bits of the key differ between {} connections",
            keys.len()
        );
        return Err(all.last().map_or_else(
            || Stop::found(happened.clone(), Record::default(), None),
            |seen| seen.wrong_header(happened.clone(), "sec-websocket-key"),
        ));
    }
    Ok(())
}

fn once(seen: &Seen) -> Judgement {
    for name in ONCE {
        if seen.asked.all(name).len() > 1 {
            return Err(seen.wrong_header(format!("`{name}` is repeated"), name));
        }
    }
    if seen.asked.offset("sec-websocket-accept").is_some() {
        let happened = "`Sec-WebSocket-Accept` belongs in the answer";
        return Err(seen.wrong_header(happened, "sec-websocket-accept"));
    }
    Ok(())
}

fn lines(seen: &Seen) -> Judgement {
    for (name, value, offset) in &seen.asked.0 {
        let happened = if !is_token(name) {
            format!("`{name}` is not a name")
        } else if value.contains(|letter: char| letter.is_control() && letter != '\t') {
            format!("The value of `{name}` has a control character")
        } else {
            continue;
        };
        return Err(Stop::found(happened, seen.request.clone(), Some(received(*offset))));
    }
    Ok(())
}

fn no_body(seen: &Seen) -> Judgement {
    for name in ["content-length", "transfer-encoding"] {
        if !matches!(seen.asked.value(name), "" | "0") {
            return Err(seen.wrong_header(format!("The request has `{name}`"), name));
        }
    }
    Ok(())
}

fn offers(seen: &Seen) -> Judgement {
    let name = "sec-websocket-extensions";
    if seen.asked.offset(name).is_none() {
        return Ok(());
    }
    for offer in seen.asked.offers() {
        let mut names = HashSet::new();
        let is_deflate = offer[0] == "permessage-deflate";
        for (index, part) in offer.iter().enumerate() {
            let (word, value) = part
                .split_once('=')
                .map_or((part.trim(), None), |(word, value)| (word.trim(), Some(value.trim())));
            let value = value.map(|value| value.trim_matches('"'));
            let is_new = names.insert(word) || index == 0 || !is_deflate;
            let is_good = is_token(word)
                && value.is_none_or(is_token)
                && is_new
                && (!is_deflate || index == 0 || is_parameter(word, value));
            if !is_good {
                let happened = format!("`{part}` is not allowed in an offer of `{}`", offer[0]);
                return Err(seen.wrong_header(happened, name));
            }
        }
    }
    Ok(())
}

/// Whether an offer of permessage-deflate may have this (RFC 7692 §7.1).
fn is_parameter(name: &str, value: Option<&str>) -> bool {
    let bits = |value: &str| (8..=15).any(|bits: u8| value == bits.to_string());
    match name {
        "server_no_context_takeover" | "client_no_context_takeover" => value.is_none(),
        "server_max_window_bits" => value.is_some_and(bits),
        "client_max_window_bits" => value.is_none_or(bits),
        _ => false,
    }
}

fn subprotocols(seen: &Seen) -> Judgement {
    let mut known = HashSet::new();
    let lines = seen.asked.all("sec-websocket-protocol");
    for name in lines.iter().flat_map(|line| line.split(',')).map(str::trim) {
        let happened = if !is_token(name) {
            format!("`{name}` is not a name of a subprotocol")
        } else if !known.insert(name) {
            format!("`{name}` is repeated")
        } else {
            continue;
        };
        return Err(seen.wrong_header(happened, "sec-websocket-protocol"));
    }
    Ok(())
}

/// Whether this is a token (RFC 9110 §5.6.2).
fn is_token(word: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !word.is_empty() && word.bytes().all(is_letter)
}

//! Level 2: answers that must not open a WebSocket (RFC 6455 §4.1).

use std::time::Instant;

use crate::checker::check::{Check, ClientRun};
use crate::checker::client::reply::{ACCEPT, Reply};
use crate::checker::client::visit::Visit;
use crate::checker::wire::stop::Judgement;

/// The answer to another key, the one of RFC 6455 §1.3.
const OTHER_ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
/// The status lines of answers that are not 101.
const OTHER_STATUS: [&str; 5] = [
    "HTTP/1.1 200 OK",
    "HTTP/1.1 201 Created",
    "HTTP/1.1 400 Bad Request",
    "HTTP/1.1 404 Not Found",
    "HTTP/1.1 500 Internal Server Error",
];
/// Answers that are not HTTP.
const NOT_HTTP: [&str; 2] = ["+OK ready", "101 Switching Protocols"];
/// How many bytes a client may read of an answer that does not end.
const ENDLESS: usize = 16 * 1024 * 1024;

pub(crate) const CHECKS: &[Check] = &[
    answer("client/accept-missing", |visit| {
        refuses(visit, |reply| reply.without(ACCEPT), "HTTP/1.1 101 Switching Protocols")
    })
    .expects("An answer without `Sec-WebSocket-Accept` fails the connection.")
    .hint("The server must prove that it has read the key."),
    answer("client/accept-wrong", |visit| {
        refuses(visit, |reply| reply.set(ACCEPT, OTHER_ACCEPT), OTHER_ACCEPT)?;
        refuses(visit, |reply| reply.set(ACCEPT, ""), ACCEPT)
    })
    .expects("A `Sec-WebSocket-Accept` for another key fails the connection.")
    .hint("Compare it with the base64 of the SHA-1 of the key and the GUID."),
    answer("client/accept-case", |visit| {
        let other_case = |letter: char| {
            if letter.is_ascii_lowercase() {
                letter.to_ascii_uppercase()
            } else {
                letter.to_ascii_lowercase()
            }
        };
        refuses(
            visit,
            |reply| {
                let value: String = reply.value(ACCEPT).chars().map(other_case).collect();
                reply.set(ACCEPT, &value)
            },
            ACCEPT,
        )
    })
    .needs(&["client/accept-wrong"])
    .expects("A `Sec-WebSocket-Accept` in another case fails the connection.")
    .hint("In base64 `a` and `A` are different letters: compare with case."),
    answer("client/accept-twice", |visit| {
        refuses(visit, |reply| reply.with(ACCEPT, OTHER_ACCEPT), OTHER_ACCEPT)
    })
    .needs(&["client/accept-wrong"])
    .expects("A second `Sec-WebSocket-Accept` that is wrong fails the connection.")
    .hint("Look at all lines with this name (§11.3.3), and not at the first or the last."),
    answer("client/upgrade-missing", |visit| {
        refuses(visit, |reply| reply.without("Upgrade"), "HTTP/1.1 101 Switching Protocols")
    })
    .expects("An answer without `Upgrade` fails the connection.")
    .hint("101 alone does not say to which protocol the server has changed."),
    answer("client/upgrade-wrong", |visit| {
        ["h2c", "websocket2", "web"]
            .iter()
            .try_for_each(|value| refuses(visit, |reply| reply.set("Upgrade", value), value))
    })
    .needs(&["client/upgrade-missing"])
    .expects("An `Upgrade` to anything except `websocket` fails the connection.")
    .hint("Compare the whole value, without case."),
    answer("client/connection-missing", |visit| {
        refuses(visit, |reply| reply.without("Connection"), "HTTP/1.1 101 Switching Protocols")
    })
    .expects("An answer without `Connection` fails the connection.")
    .hint("The token `Upgrade` must be in it."),
    answer("client/connection-wrong", |visit| {
        ["keep-alive", "close", "no-upgrade"]
            .iter()
            .try_for_each(|value| refuses(visit, |reply| reply.set("Connection", value), value))
    })
    .needs(&["client/connection-missing"])
    .expects("A `Connection` without the token `Upgrade` fails the connection.")
    .hint("Split it at commas, and compare each token as a whole, without case."),
    answer("client/status", |visit| {
        OTHER_STATUS.iter().try_for_each(|status| {
            let mut guest = visit.call()?;
            let reply = Reply::new(&guest.asked).status(status).with("Content-Length", "0");
            // The client may keep the connection for another request.
            guest.refuses_answer(&reply.bytes(), status, false)
        })
    })
    .expects("A status other than 101 opens nothing, whatever the headers say.")
    .hint("Look at the status before you look at the headers."),
    answer("client/not-http", |visit| {
        NOT_HTTP.iter().try_for_each(|line| {
            let mut guest = visit.call()?;
            let reply = Reply::new(&guest.asked).status(line);
            guest.refuses_answer(&reply.bytes(), line, true)
        })
    })
    .expects("An answer that does not begin with a status line of HTTP/1.1 fails the connection.")
    .hint("Check the first line, and do not only look for the headers."),
    answer("client/endless-answer", |visit| {
        let mut guest = visit.call()?;
        let head = Reply::new(&guest.asked).bytes();
        guest.send(&head[..head.len() - 2]);
        let line = format!("X-More: {}\r\n", "a".repeat(64 * 1024 - 10)).into_bytes();
        let end = Instant::now() + visit.hall.options.patience;
        let mut sent_bytes = 0;
        while sent_bytes < ENDLESS && Instant::now() < end {
            sent_bytes += guest.push(&line, end);
            guest.fill(Instant::now());
            if guest.ended.is_some() {
                return Ok(());
            }
        }
        Err(guest
            .wrong(format!("The client has read {sent_bytes} bytes of headers, and goes on"), None))
    })
    .on_request()
    .expects("The client gives up on a header block that does not end.")
    .hint("Limit the answer, to 64 KiB for example."),
];

/// A check of an answer that is wrong.
const fn answer(id: &'static str, run: ClientRun) -> Check {
    Check::client(2, id, "RFC 6455 §4.1", run).needs(&["client/opens", "client/waits"])
}

/// Expects that the client fails the connection after this answer. The mark is under the last place
/// of `wrong`.
pub(crate) fn refuses(
    visit: &Visit,
    change: impl FnOnce(Reply) -> Reply,
    wrong: &str,
) -> Judgement {
    let mut guest = visit.call()?;
    let reply = change(Reply::new(&guest.asked));
    guest.refuses_answer(&reply.bytes(), wrong, true)
}

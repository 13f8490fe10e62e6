//! Level 2: answers that agree on what was not offered (RFC 6455 §4.1, RFC 7692 §7.1).

use crate::checker::check::{Check, ClientRun};
use crate::checker::client::checks::answer::refuses;
use crate::checker::client::reply::{EXTENSIONS, PROTOCOL};
use crate::checker::client::visit::Visit;
use crate::checker::wire::stop::Stop;

/// Answers to an offer of permessage-deflate that no server may give.
const WRONG_ANSWERS: [&str; 10] = [
    "permessage-deflate; nonsense",
    "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
    "permessage-deflate; server_no_context_takeover=1",
    "permessage-deflate; server_max_window_bits",
    "permessage-deflate; server_max_window_bits=7",
    "permessage-deflate; server_max_window_bits=16",
    "permessage-deflate; server_max_window_bits=010",
    "permessage-deflate; client_max_window_bits=16",
    "permessage-deflate; client_max_window_bits",
    "permessage-deflate, permessage-deflate",
];

pub(crate) const CHECKS: &[Check] = &[
    Check::client(2, "client/offers-compression", "RFC 7692 §7.1", |visit| {
        let offer = visit.call()?.asked.deflate();
        let why = "the client does not offer permessage-deflate";
        offer.map(drop).ok_or_else(|| Stop::unseen(why))
    })
    .expects("The client offers permessage-deflate. If it does not, the checks of compression are skipped.")
    .hint("A client need not offer it."),
    Check::client(2, "client/extension-not-offered", "RFC 6455 §4.1", |visit| {
        refuses(visit, |reply| reply.with(EXTENSIONS, "x-unknown"), "x-unknown")?;
        if visit.call()?.asked.deflate().is_some() {
            return Ok(());
        }
        refuses(visit, |reply| reply.with(EXTENSIONS, "permessage-deflate"), "permessage")
    })
    .needs(&["client/opens", "client/waits"])
    .expects("An extension that was not offered fails the connection.")
    .hint("Compare each extension in the answer with your offers."),
    Check::client(2, "client/subprotocol-not-offered", "RFC 6455 §4.1", |visit| {
        refuses(visit, |reply| reply.with(PROTOCOL, "x.unknown"), "x.unknown")
    })
    .needs(&["client/opens", "client/waits"])
    .expects("A subprotocol that was not offered fails the connection.")
    .hint("Compare the subprotocol in the answer with your offers, even if you have made none."),
    Check::client(2, "client/two-subprotocols", "RFC 6455 §4.1", |visit| {
        let offered = visit.call()?.asked.value("sec-websocket-protocol").to_owned();
        let Some(first) = offered.split(',').next().map(str::trim).filter(|name| !name.is_empty())
        else {
            return Err(Stop::unseen("the client offers no subprotocol"));
        };
        refuses(visit, |reply| reply.with(PROTOCOL, &format!("{first}, x.unknown")), "x.unknown")?;
        refuses(visit, |reply| reply.with(PROTOCOL, first).with(PROTOCOL, "x.unknown"), "x.unknown")
    })
    .needs(&["client/subprotocol-not-offered"])
    .expects("An answer that names two subprotocols fails the connection.")
    .hint("The server chooses one: compare the whole value."),
    parameters("client/extension-parameters", |visit| {
        WRONG_ANSWERS
            .iter()
            .try_for_each(|answer| refuses(visit, |reply| reply.with(EXTENSIONS, answer), answer))
    })
    .expects("An answer with an unknown, repeated or impossible parameter fails the connection.")
    .hint("Window bits are 8 to 15, without a leading zero, and no parameter is repeated."),
    parameters("client/window-not-offered", |visit| {
        if offers(visit, "client_max_window_bits")? {
            return Err(Stop::unseen("the client offers `client_max_window_bits`"));
        }
        let answer = "permessage-deflate; client_max_window_bits=10";
        refuses(visit, |reply| reply.with(EXTENSIONS, answer), "client_max")
    })
    .expects("An answer with `client_max_window_bits` that was not offered fails the connection.")
    .hint("A client that does not offer it need not limit its window, so the server may not ask."),
];

/// A check for a client that offers permessage-deflate.
const fn parameters(id: &'static str, run: ClientRun) -> Check {
    Check::client(2, id, "RFC 7692 §7.1", run).needs(&["client/waits", "client/offers-compression"])
}

/// Whether the client's offer has this parameter.
fn offers(visit: &Visit, parameter: &str) -> Result<bool, Stop> {
    let offer = visit.call()?.asked.deflate().unwrap_or_default();
    Ok(offer.iter().any(|part| part.split('=').next() == Some(parameter)))
}

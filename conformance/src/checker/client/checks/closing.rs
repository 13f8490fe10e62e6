//! Level 5: the closing handshake (RFC 6455 §5.5.1, §7).

use std::time::Duration;

use crate::checker::check::{Check, ClientRun};
use crate::checker::wire::frame::{Draft, Frame, INVALID_DATA, PROTOCOL_ERROR, text};
use crate::checker::wire::peer::Event;
use crate::checker::wire::record::received;

/// Where the payload of a short frame begins.
const HEADER: u64 = 2;
/// How long the server takes to end TCP, in which the client should wait.
const SERVER_TIME: Duration = Duration::from_secs(1);
/// Status codes that may be received: registered ones, and those of libraries and applications.
const GOOD_CODES: [u16; 10] = [1001, 1003, 1007, 1011, 1012, 1013, 1014, 3000, 3999, 4999];
/// Status codes that may not: out of the range, reserved, or not registered (§7.4).
const BAD_CODES: [u16; 10] = [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535];

pub(crate) const CHECKS: &[Check] = &[
    Check::client(5, "client/close", "RFC 6455 §5.5.1", |visit| {
        visit.open()?.closes(&Draft::close(1000, "done")).map(drop)
    })
    .expects("A close frame is answered with a close frame.")
    .hint("If the opcode is 8, answer with a close frame, and only then end the connection."),
    closing("client/close-empty", "RFC 6455 §5.5.1", |visit| {
        visit.open()?.closes(&Draft::close_with("")).map(drop)
    })
    .expects("A close frame without a status code is answered with a close frame.")
    .hint("The body may be missing: there is no status code then."),
    closing("client/close-codes", "RFC 6455 §7.4", |visit| {
        GOOD_CODES.into_iter().try_for_each(|code| {
            let mut guest = visit.open()?;
            let frame = guest.closes(&Draft::close(code, "bye €"))?;
            match frame.code() {
                // The answer typically has the same code, but need not.
                Some(answer @ (PROTOCOL_ERROR | INVALID_DATA)) if answer != code => {
                    Err(guest.instead(&Event::Frame(frame), ""))
                }
                _ => Ok(()),
            }
        })
    })
    .expects("Registered status codes and 3000 to 4999 are accepted, and a reason with them.")
    .hint("1012 to 1014 were registered later; 3000 to 3999 belong to libraries and 4000 to 4999 to applications."),
    closing("client/invalid-code", "RFC 6455 §7.4", |visit| {
        BAD_CODES.into_iter().try_for_each(|code| {
            visit.open_apart()?.refuses(&Draft::close(code, ""), HEADER, &[PROTOCOL_ERROR])
        })
    })
    .expects("A status code that must not be sent fails the connection, with 1002.")
    .hint("No code is below 1000 or above 4999, and 1004 to 1006 and 1015 to 2999 are reserved."),
    closing("client/close-one-byte", "RFC 6455 §5.5.1", |visit| {
        visit.open_apart()?.refuses(&Draft::close_with([3]), HEADER, &[PROTOCOL_ERROR])
    })
    .expects("A close frame with one byte of body fails the connection, with 1002.")
    .hint("The body is empty or begins with two bytes of status code."),
    closing("client/close-reason", "RFC 6455 §5.5.1", |visit| {
        let draft = Draft::close_with([0x03, 0xe8, b'b', 0xff]);
        visit.open_apart()?.refuses(&draft, HEADER + 3, &[INVALID_DATA, PROTOCOL_ERROR])
    })
    .expects("A reason that is not UTF-8 fails the connection, with 1007 or 1002.")
    .hint("The bytes after the status code are a text: check that it is UTF-8."),
    closing("client/nothing-after-close", "RFC 6455 §5.5.1", |visit| {
        let mut guest = visit.open()?;
        let late = [Draft::close(1000, ""), Draft::ping("too late"), text("too late")];
        let bytes: Vec<u8> = late.iter().flat_map(|draft| guest.bytes(draft)).collect();
        guest.send(&bytes);
        guest.closes(&Draft::pong("too late"))?;
        match guest.event(SERVER_TIME) {
            Event::Frame(frame) => {
                let happened = format!("The client sent {frame} after its close frame");
                Err(guest.wrong(happened, received(frame.start)))
            }
            Event::Ended(_) | Event::Quiet => Ok(()),
        }
    })
    .expects("After its close frame the client sends nothing, whatever the server sends.")
    .hint("Stop reading frames after a close frame."),
    closing("client/waits-for-end", "RFC 6455 §7.1.1", |visit| {
        let mut guest = visit.open()?;
        guest.closes(&Draft::close(1000, "done"))?;
        match guest.event_except(SERVER_TIME, |_| true) {
            Event::Ended(how) => {
                Err(guest.wrong(format!("The client {how}, and did not wait for the server"), None))
            }
            _ => Ok(()),
        }
    })
    // The standard allows it to end TCP at any time then (§5.5.1).
    .on_request()
    .expects("After the closing handshake the client waits a second for the server to end TCP.")
    .hint("The side that ends TCP first has to keep the port for a while (TIME_WAIT): leave that to the server."),
    closing("client/unended", "RFC 6455 §7.1.1", |visit| {
        let mut guest = visit.open()?;
        guest.closes(&Draft::close(1000, "done"))?;
        match guest.event_except(visit.hall.options.patience, Frame::is_ping_or_pong) {
            Event::Ended(_) => Ok(()),
            _ => Err(guest.wrong("The client waits for a server that never ends TCP", None)),
        }
    })
    .on_request()
    .expects("A client whose server does not end TCP does so itself after a while.")
    .hint("Wait some seconds after the closing handshake, and then end the connection."),
];

/// A check for a client that knows the closing handshake.
const fn closing(id: &'static str, clause: &'static str, run: ClientRun) -> Check {
    Check::client(5, id, clause, run).needs(&["client/close"])
}

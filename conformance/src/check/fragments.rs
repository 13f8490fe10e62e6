//! Level 5: messages in fragments.

use super::{
    catalogue::{Check, Judgement},
    frame::{BINARY, CONTINUATION, Draft, PING, PONG, TEXT, text},
    peer::Event,
    session::Session,
    unmasking::PROTOCOL_ERROR,
};

pub(super) const CHECKS: &[Check] = &[
    Check::new(5, "fragments/joined", "RFC 6455 §5.4", joined)
        .fault("F12")
        .expects("A text in three fragments comes back as one message.")
        .hint("FIN says where a message ends: until then, keep what has come and wait."),
    Check::new(5, "fragments/empty", "RFC 6455 §5.4", empty)
        .needs(&["fragments/joined"])
        .expects("Fragments may be empty, the first and the last ones too.")
        .hint("An empty frame without FIN is a fragment like any other."),
    Check::new(5, "fragments/binary", "RFC 6455 §5.4", binary)
        .needs(&["fragments/joined", "framing/binary"])
        .expects("A binary message in fragments comes back as a binary message.")
        .hint("The opcode of the first fragment is that of the message; the others say 0."),
    Check::new(5, "fragments/ping-between", "RFC 6455 §5.4", ping_between)
        .needs(&["fragments/joined", "framing/ping"])
        .expects("A ping between two fragments is answered before the message ends.")
        .hint(
            "Control frames may come between fragments: they have nothing to do with the message.",
        ),
    Check::new(5, "fragments/no-start", "RFC 6455 §5.4", no_start)
        .needs(&["fragments/joined"])
        .fault("F12")
        .expects("A continuation where no message has begun fails the connection, with 1002.")
        .hint("Remember whether a message is open; opcode 0 needs one."),
    Check::new(5, "fragments/new-start", "RFC 6455 §5.4", new_start)
        .needs(&["fragments/joined"])
        .fault("F12")
        .expects("A new text inside a fragmented message fails the connection, with 1002.")
        .hint("Remember whether a message is open; opcodes 1 and 2 need that there is none."),
];

fn more(payload: &[u8]) -> Draft {
    Draft::new(CONTINUATION, payload)
}

fn joined(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    peer.send_apart(&text("Hel").not_final());
    peer.send_apart(&more(b"l").not_final());
    peer.send_frame(&more(b"o"));
    peer.expect(TEXT, b"Hello").map(drop)
}

fn empty(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    peer.send_apart(&text("").not_final());
    peer.send_apart(&more(b"").not_final());
    peer.send_apart(&more(b"Hello").not_final());
    peer.send_frame(&more(b""));
    peer.expect(TEXT, b"Hello").map(drop)
}

fn binary(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    peer.send_apart(&Draft::new(BINARY, [0, 1]).not_final());
    peer.send_frame(&more(&[2, 3]));
    peer.expect(BINARY, &[0, 1, 2, 3]).map(drop)
}

fn ping_between(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    peer.send_apart(&text("Hel").not_final());
    peer.send_frame(&Draft::new(PING, "now"));
    // A server may send each fragment back as it comes.
    let event = loop {
        match peer.event(session.options.answer) {
            Event::Frame(frame) if frame.opcode == TEXT && !frame.fin => {}
            event => break event,
        }
    };
    match event {
        Event::Frame(frame) if frame.opcode == PONG => Ok(()),
        other => Err(peer.instead(&other, "no pong came")),
    }
}

fn no_start(session: &Session) -> Judgement {
    session.open()?.refuses(&more(b"lo"), 0, &[PROTOCOL_ERROR])
}

fn new_start(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    peer.send_apart(&text("Hel").not_final());
    peer.refuses(&text("Hello"), 0, &[PROTOCOL_ERROR])
}

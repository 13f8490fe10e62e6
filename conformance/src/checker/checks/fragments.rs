//! Level 5: messages in fragments.

use crate::checker::check::Check;
use crate::checker::wire::frame::{Draft, Frame, Opcode, PROTOCOL_ERROR, text};
use crate::checker::wire::peer::Event;

pub(crate) const CHECKS: &[Check] = &[
    Check::new(5, "fragments/joined", "RFC 6455 §5.4", |session| {
        let mut peer = session.open()?;
        peer.send_apart(&text("Hel").not_final());
        peer.send_apart(&more(b"l").not_final());
        peer.send_frame(&more(b"o"));
        peer.expect(Opcode::Text, b"Hello")
    })
    .fault("F12")
    .expects("A text in three fragments comes back as one message.")
    .hint("FIN says where a message ends: until then, keep what has arrived and wait."),
    Check::new(5, "fragments/empty", "RFC 6455 §5.4", |session| {
        let mut peer = session.open()?;
        peer.send_apart(&text("").not_final());
        peer.send_apart(&more(b"").not_final());
        peer.send_apart(&more(b"Hello").not_final());
        peer.send_frame(&more(b""));
        peer.expect(Opcode::Text, b"Hello")
    })
    .needs(&["fragments/joined"])
    .expects("Fragments may be empty, also the first and the last one.")
    .hint("An empty frame without FIN is a fragment like any other."),
    Check::new(5, "fragments/binary", "RFC 6455 §5.4", |session| {
        let mut peer = session.open()?;
        peer.send_apart(&Draft::binary([0, 1]).not_final());
        peer.send_frame(&more(&[2, 3]));
        peer.expect(Opcode::Binary, &[0, 1, 2, 3])
    })
    .needs(&["fragments/joined", "framing/binary"])
    .expects("A binary message in fragments comes back as a binary message.")
    .hint("The opcode of the first fragment is that of the message; the others have 0."),
    Check::new(5, "fragments/ping-between", "RFC 6455 §5.4", |session| {
        let mut peer = session.open()?;
        peer.send_apart(&text("Hel").not_final());
        peer.send_frame(&Draft::ping("now"));
        // A server may send each fragment back at once, and a ping whenever it likes.
        let is_allowed = |frame: &Frame| match frame.opcode {
            Opcode::Ping => true,
            opcode => opcode == Opcode::Text && !frame.fin,
        };
        match peer.event_except(session.options.answer, is_allowed) {
            Event::Frame(frame) if frame.opcode == Opcode::Pong => Ok(()),
            other => Err(peer.instead(&other, "no pong came")),
        }
    })
    .needs(&["fragments/joined", "framing/ping"])
    .expects("A ping between two fragments is answered before the message ends.")
    .hint("Control frames may come between fragments and do not belong to the message."),
    Check::new(5, "fragments/no-start", "RFC 6455 §5.4", |session| {
        session.open()?.refuses(&more(b"lo"), 0, &[PROTOCOL_ERROR])
    })
    .needs(&["fragments/joined"])
    .fault("F12")
    .expects("A continuation where no message has begun fails the connection, with 1002.")
    .hint("Remember whether a message has begun; opcode 0 is allowed only then."),
    Check::new(5, "fragments/new-start", "RFC 6455 §5.4", |session| {
        let mut peer = session.open()?;
        peer.send_apart(&text("Hel").not_final());
        peer.refuses(&text("Hello"), 0, &[PROTOCOL_ERROR])
    })
    .needs(&["fragments/joined"])
    .fault("F12")
    .expects("A new text inside a fragmented message fails the connection, with 1002.")
    .hint("Remember whether a message has begun; opcodes 1 and 2 are not allowed then."),
];

fn more(payload: &[u8]) -> Draft {
    Draft::continuation(payload)
}

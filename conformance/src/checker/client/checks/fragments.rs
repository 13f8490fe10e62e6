//! Level 5: messages in fragments.

use crate::checker::check::Check;
use crate::checker::wire::frame::{Draft, Opcode, PROTOCOL_ERROR, text};

pub(crate) const CHECKS: &[Check] = &[
    Check::client(5, "client/fragments", "RFC 6455 §5.4", |visit| {
        let mut guest = visit.open_apart()?;
        guest.send_apart(&text("Hel").not_final());
        guest.send_frame(&more(b"l").not_final());
        guest.send_frame(&more(b"o"));
        guest.expect(Opcode::Text, b"Hello")?;
        guest.send_apart(&Draft::binary([0, 0xff]).not_final());
        guest.send_frame(&more(&[2, 3]));
        guest.expect(Opcode::Binary, &[0, 0xff, 2, 3])
    })
    .needs(&["client/binary", "client/two-in-one-segment"])
    .expects("A message in fragments is joined.")
    .hint("FIN says where a message ends: until then, keep what has arrived and wait."),
    Check::client(5, "client/empty-fragments", "RFC 6455 §5.4", |visit| {
        let mut guest = visit.open()?;
        guest.send_apart(&text("").not_final());
        guest.send_frame(&more(b"").not_final());
        guest.send_frame(&more(b"Hello").not_final());
        guest.send_frame(&more(b""));
        guest.expect(Opcode::Text, b"Hello")
    })
    .needs(&["client/fragments"])
    .expects("Fragments may be empty, also the first and the last one.")
    .hint("An empty frame without FIN is a fragment like any other."),
    Check::client(5, "client/ping-between", "RFC 6455 §5.4", |visit| {
        let mut guest = visit.open()?;
        guest.send_apart(&text("Hel").not_final());
        guest.answers_ping(b"now")?;
        guest.send_frame(&more(b"lo"));
        guest.expect(Opcode::Text, b"Hello")
    })
    .needs(&["client/fragments", "client/ping"])
    .expects("A ping between two fragments is answered before the message ends.")
    .hint("Control frames may come between fragments and do not belong to the message."),
    Check::client(5, "client/no-start", "RFC 6455 §5.4", |visit| {
        [more(b"lo"), more(b"lo").not_final()]
            .iter()
            .try_for_each(|draft| visit.open_apart()?.refuses(draft, 0, &[PROTOCOL_ERROR]))
    })
    .expects("A continuation where no message has begun fails the connection, with 1002.")
    .hint("Remember whether a message has begun; opcode 0 is allowed only then."),
    Check::client(5, "client/new-start", "RFC 6455 §5.4", |visit| {
        [text("part"), text(""), Draft::binary([1])].into_iter().try_for_each(|first| {
            let mut guest = visit.open_apart()?;
            guest.send_apart(&first.not_final());
            guest.refuses(&text("Hello"), 0, &[PROTOCOL_ERROR])
        })
    })
    .expects("A new text inside a fragmented message fails the connection, with 1002.")
    .hint("Remember whether a message has begun, even if its first fragment is empty."),
];

fn more(payload: &[u8]) -> Draft {
    Draft::continuation(payload)
}

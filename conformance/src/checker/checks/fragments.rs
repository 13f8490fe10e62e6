//! Level 5: messages in fragments.

use crate::checker::check::Check;
use crate::checker::session::LONG_QUIET;
use crate::checker::wire::frame::{Draft, Opcode, REFUSALS, text};

pub(crate) const CHECKS: &[Check] = &[
    Check::new(5, "fragments/joined", "RFC 6455 §5.4", |session| {
        let mut peer = session.open()?;
        peer.send_apart(&text("Hel").not_final());
        peer.send_apart(&more(b"l").not_final());
        peer.send_frame(&more(b"o"));
        peer.expect(Opcode::Text, b"Hello")?;
        // Many fragments of any size, in one segment.
        let words = session.random.letters(session.random.within(20..=120).into());
        let size = usize::from(session.random.within(1..=9));
        let mut drafts: Vec<Draft> =
            words.as_bytes().chunks(size).map(|part| more(part).not_final()).collect();
        drafts[0].opcode = Opcode::Text;
        drafts.push(more(b"!"));
        peer.send_frames(&drafts);
        let words = words + "!";
        peer.expect(Opcode::Text, words.as_bytes())
    })
    .needs(&["framing/two-in-one-segment"])
    .fault("F12")
    .expects("A text in three fragments comes back as one message, and so does one in many fragments.")
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
        peer.expect(Opcode::Binary, &[0, 1, 2, 3])?;
        // No text, and a text.
        [session.random.bytes(100), "Héllo".into()].iter().try_for_each(|bytes: &Vec<u8>| {
            let cut = usize::from(session.random.within(1..=4));
            peer.send_frames(&[Draft::binary(&bytes[..cut]).not_final(), more(&bytes[cut..])]);
            peer.expect(Opcode::Binary, bytes)
        })
    })
    .needs(&["fragments/joined", "framing/binary"])
    .expects("A binary message in fragments comes back as a binary message.")
    .hint("The first fragment has the opcode of the message, and the others have opcode 0."),
    Check::new(5, "fragments/ping-between", "RFC 6455 §5.4", |session| {
        let mut peer = session.open()?;
        peer.send_apart(&text("Hel").not_final());
        peer.answers_ping(b"now")?;
        peer.answers_ping(b"")?;
        let mut peer = session.open()?;
        let between = [text("Hel").not_final(), Draft::pong("me"), Draft::ping("you"), more(b"lo")];
        peer.send_frames(&between);
        peer.expect(Opcode::Text, b"Hello")
    })
    .needs(&["fragments/joined", "framing/ping"])
    .expects("A ping between two fragments is answered before the message ends, and the message stays complete.")
    .hint("Control frames may come between fragments and do not belong to the message."),
    Check::new(5, "fragments/no-start", "RFC 6455 §5.4", |session| {
        let more = |words: &str| more(words.as_bytes());
        session.open()?.refuses(&more("lo"), 0, REFUSALS)?;
        session.open()?.refuses(&more(""), 0, REFUSALS)?;
        session.open()?.refuses_last(&[more("l").not_final(), more("o")], 0)?;
        // Behind a message that has ended.
        let mut peer = session.open()?;
        peer.send_frames(&[text("Hel").not_final(), more("lo")]);
        peer.next_message(LONG_QUIET)?;
        peer.refuses(&more("again"), 0, REFUSALS)
    })
    .needs(&["fragments/joined"])
    .fault("F12")
    .expects("A continuation where no message has begun fails the connection, with 1002.")
    .hint("Remember whether a message has begun; opcode 0 is allowed only then."),
    Check::new(5, "fragments/new-start", "RFC 6455 §5.4", |session| {
        for start in [text("Hel"), text(""), Draft::binary("Hel"), Draft::binary("")] {
            for next in [text("Hello"), Draft::binary("Hello"), text("")] {
                let start = start.clone().not_final();
                session.open()?.refuses_last(&[start.clone(), next.clone()], 0)?;
                let middle = more(session.random.pick(&[&b"l"[..], b""])).not_final();
                session.open()?.refuses_last(&[start, middle, next], 0)?;
            }
        }
        Ok(())
    })
    .needs(&["fragments/empty"])
    .fault("F12")
    .expects("A new text or binary message inside a fragmented one fails the connection, with 1002.")
    .hint("Remember whether a message has begun, even with an empty fragment; opcodes 1 and 2 are not allowed then."),
    Check::new(5, "fragments/headers", "RFC 6455 §5.1, §5.2", |session| {
        let rsv = session.random.pick(&[1, 2, 4]);
        let wrong = [
            (more(b"lo").with_rsv(rsv), 0),
            (more(b"").with_rsv(rsv), 0),
            (more(b"lo").unmasked(), 1),
            (more(b"").unmasked(), 1),
        ];
        wrong.into_iter().try_for_each(|(draft, index)| {
            session.open()?.refuses_last(&[text("Hel").not_final(), draft], index)
        })
    })
    .needs(&["fragments/joined", "framing/reserved-bits", "unmasking/mask-bit"])
    .expects("A continuation with a reserved bit or without a mask fails the connection, with 1002.")
    .hint("Check the whole header of every frame, not only of the first one."),
];

fn more(payload: &[u8]) -> Draft {
    Draft::continuation(payload)
}

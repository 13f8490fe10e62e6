//! Level 4: frames of the server, right and wrong.

use crate::checker::check::Check;
use crate::checker::client::visit::Visit;
use crate::checker::wire::frame::{Draft, Opcode, PROTOCOL_ERROR, text};
use crate::checker::wire::peer::Event;
use crate::checker::wire::stop::Judgement;

pub(crate) const CHECKS: &[Check] = &[
    Check::client(4, "client/binary", "RFC 6455 §5.6", |visit| {
        let mut guest = visit.open_apart()?;
        let bytes: Vec<u8> = (0xf0..=0xff).chain(0..8).collect();
        guest.send_frame(&Draft::binary(bytes.clone()));
        guest.expect(Opcode::Binary, &bytes)
    })
    .needs(&["client/echo"])
    .expects("A binary message comes back as a binary message, byte for byte.")
    .hint("Keep the opcode: a binary message must not be decoded as text."),
    Check::client(4, "client/two-in-one-segment", "RFC 6455 §5.4", |visit| {
        let mut guest = visit.open()?;
        let frames = [text("one"), text("two"), text("three")];
        let bytes: Vec<u8> = frames.iter().flat_map(|draft| guest.bytes(draft)).collect();
        guest.send(&bytes);
        ["one", "two", "three"]
            .into_iter()
            .try_for_each(|words| guest.expect(Opcode::Text, words.as_bytes()))
    })
    .needs(&["client/echo"])
    .expects("Three frames that arrive in one segment are all read.")
    .hint("Keep what is left over of a read, and look at it first."),
    Check::client(4, "client/split", "RFC 6455 §5.4", |visit| {
        let mut guest = visit.open()?;
        let bytes = guest.bytes(&text(vec![b'a'; 300]));
        // Within the header, and within the payload.
        for segment in [&bytes[..1], &bytes[1..3], &bytes[3..100], &bytes[100..]] {
            guest.send(segment);
            guest.pause();
        }
        guest.expect(Opcode::Text, &[b'a'; 300])
    })
    .needs(&["client/lengths"])
    .expects("A frame that arrives in several segments is read once it is complete.")
    .hint("One read may return half a header: wait for the rest."),
    Check::client(4, "client/ping", "RFC 6455 §5.5.2", |visit| {
        let mut guest = visit.open()?;
        [&b"are you there?"[..], &[0xff; 125], b""]
            .into_iter()
            .try_for_each(|payload| guest.answers_ping(payload))
    })
    .expects(
        "A ping of 14, of 125 and of 0 bytes is answered with a pong that has the same payload.",
    )
    .hint("If the opcode is 9, a ping, answer with opcode 10, a pong, and with the whole payload."),
    Check::client(4, "client/pong", "RFC 6455 §5.5.3", |visit| {
        let mut guest = visit.open()?;
        guest.send_apart(&Draft::pong("unasked"));
        guest.send_frame(&Draft::ping("asked"));
        loop {
            match guest.event(visit.hall.options.answer) {
                Event::Frame(frame)
                    if frame.opcode == Opcode::Pong && frame.payload == b"asked" =>
                {
                    return Ok(());
                }
                Event::Frame(frame) if frame.payload == b"unasked" => {
                    return Err(guest.instead(&Event::Frame(frame), ""));
                }
                Event::Frame(frame) if frame.opcode != Opcode::Close => {}
                other => return Err(guest.instead(&other, "it should have ignored the pongs")),
            }
        }
    })
    .needs(&["client/ping"])
    .expects("A pong that nobody has asked for gets no answer.")
    .hint("If the opcode is 10, a pong, read the frame and ignore it."),
    Check::client(4, "client/reserved-bits", "RFC 6455 §5.2", |visit| {
        let texts = [4, 2, 1].map(|rsv| text("Hello").with_rsv(rsv));
        refuses_all(visit, 0, &texts)
    })
    .expects("RSV1, RSV2 or RSV3 without an extension fails the connection, with 1002.")
    .hint("These bits change what the payload means: they cannot be ignored."),
    Check::client(4, "client/reserved-bits-on-control", "RFC 6455 §5.2", |visit| {
        let drafts = [Draft::ping("Hello"), Draft::pong("Hello"), Draft::close(1000, "")];
        refuses_all(
            visit,
            0,
            &[4, 1].map(|rsv| drafts.clone().map(|draft| draft.with_rsv(rsv))).concat(),
        )
    })
    .expects("A reserved bit on a control frame fails the connection, with 1002.")
    .hint("Check the bits before you look at the opcode."),
    Check::client(4, "client/reserved-opcodes", "RFC 6455 §5.2", |visit| {
        let reserved = [3, 7, 11, 15].map(Opcode::Reserved);
        refuses_all(visit, 0, &reserved.map(|opcode| Draft::new(opcode, "Hello")))
    })
    .expects("Opcodes 3 to 7 and 11 to 15 fail the connection, with 1002.")
    .hint("Look at the opcode, and refuse those that are not defined."),
    Check::client(4, "client/control-length", "RFC 6455 §5.5", |visit| {
        let close = [&[0x03, 0xe8][..], &[b'a'; 124]].concat();
        refuses_all(
            visit,
            1,
            &[Draft::ping([b'a'; 126]), Draft::pong([b'a'; 126]), Draft::close_with(close)],
        )
    })
    .expects("A control frame of over 125 bytes fails the connection, with 1002.")
    .hint("Refuse a ping, pong or close as soon as its 7-bit length is 126 or 127."),
    Check::client(4, "client/control-fragmented", "RFC 6455 §5.5", |visit| {
        let drafts = [Draft::ping("Hello"), Draft::pong("Hello"), Draft::close(1000, "")];
        refuses_all(visit, 0, &drafts.map(Draft::not_final))
    })
    .expects("A control frame without FIN fails the connection, with 1002.")
    .hint("A ping, a pong and a close are always one frame: check that FIN is set."),
];

/// Expects that each of these frames fails a connection of its own. `wrong` is the index of the
/// wrong byte.
pub(crate) fn refuses_all(visit: &Visit, wrong: u64, drafts: &[Draft]) -> Judgement {
    drafts.iter().try_for_each(|draft| visit.open_apart()?.refuses(draft, wrong, &[PROTOCOL_ERROR]))
}

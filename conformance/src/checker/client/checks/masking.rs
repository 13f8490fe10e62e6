//! Level 3: frames of the server in the three forms of a length, and with a mask.

use std::sync::atomic::Ordering;

use crate::checker::check::Check;
use crate::checker::client::checks::framing::refuses_all;
use crate::checker::client::visit::Visit;
use crate::checker::wire::frame::{Draft, Opcode, PROTOCOL_ERROR, TOO_BIG, text};
use crate::checker::wire::record::sent;
use crate::checker::wire::stop::{Judgement, Stop};

/// A masking key.
const KEY: [u8; 4] = [0x12, 0x34, 0x56, 0x78];

pub(crate) const CHECKS: &[Check] = &[
    Check::client(3, "client/echo", "RFC 6455 §5.6", |visit| {
        let judged = echoes(visit);
        visit.hall.echoes.store(judged.is_ok(), Ordering::Relaxed);
        judged
    })
    .expects("The client echoes a text. If it does not, the checks that need an echo are skipped.")
    .hint("Send every text and every binary message back until the connection is closed."),
    Check::client(3, "client/lengths", "RFC 6455 §5.2", |visit| {
        let mut guest = visit.open()?;
        [0, 125, 126, 127, 65_535, 65_536, 200_000].into_iter().try_for_each(|length| {
            let words: Vec<u8> = (b'a'..=b'z').cycle().take(length).collect();
            guest.send_frame(&text(words.clone()));
            guest.expect(Opcode::Text, &words)
        })
    })
    .needs(&["client/echo"])
    .expects("Lengths of up to 125, up to 65,535 and over that are read.")
    .hint(
        "After 126 the length is in two bytes, and after 127 in eight, most significant first.",
    ),
    Check::client(3, "client/masked-frame", "RFC 6455 §5.1", |visit| {
        refuses_all(visit, 1, &[text("Hello").masked_with(KEY), Draft::ping("").masked_with(KEY)])
    })
    .expects("A masked frame from the server fails the connection, with 1002.")
    .hint("Look at the top bit of the second byte: a server must not set it."),
    Check::client(3, "client/top-bit", "RFC 6455 §5.2", |visit| {
        let mut guest = visit.open_apart()?;
        let frame = text("Hello").unmasked().bytes_declaring(1 << 63 | 5, 8);
        let offset = guest.send(&frame);
        guest.fails(&[PROTOCOL_ERROR, TOO_BIG], sent(offset + 2))
    })
    .expects("A length in eight bytes with the top bit set fails the connection.")
    .hint("A length has 63 bits: read as a signed number it would be negative."),
    Check::client(3, "client/declared-length", "RFC 6455 §10.4", |visit| {
        let mut guest = visit.open_apart()?;
        let offset = guest.send(&text("").unmasked().bytes_declaring(1 << 62, 8));
        guest.fails(&[TOO_BIG, PROTOCOL_ERROR], sent(offset + 2))
    })
    .on_request()
    .expects("A frame that declares 2^62 bytes is refused once its header is there, with 1009.")
    .hint("Compare the length with a limit before you wait for the payload or allocate memory for it."),
    Check::client(3, "client/shortest-length", "RFC 6455 §5.2", |visit| {
        [(5, 2), (125, 8), (300, 8)].into_iter().try_for_each(|(length, extended)| {
            let mut guest = visit.open_apart()?;
            let frame = text(vec![b'a'; length]).unmasked();
            let offset = guest.send(&frame.bytes_declaring(length as u64, extended));
            guest.fails(&[PROTOCOL_ERROR], sent(offset + 1))
        })
    })
    .on_request()
    .expects("A length that is not in its shortest form fails the connection, with 1002.")
    .hint("After 126 the length must be over 125, and after 127 over 65,535."),
];

/// Expects that a text comes back.
fn echoes(visit: &Visit) -> Judgement {
    let mut guest = visit.open()?;
    guest.send_frame(&text("Hello"));
    let message = match guest.message() {
        Ok(message) if message.payload.len() == "Hello".len() => message,
        Ok(_) => return Err(Stop::unseen("the client answers, but does not echo")),
        Err(_) if guest.ended.is_none() => return Err(Stop::unseen("the client does not echo")),
        Err(failed) => return Err(failed),
    };
    guest.same(&message, Opcode::Text, b"Hello")
}

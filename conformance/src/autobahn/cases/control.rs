//! Group 2, pings and pongs; group 3, reserved bits; group 4, reserved opcodes.

use crate::autobahn::cases::script::{
    Case, Close, Event, NORMAL, PROTOCOL_ERROR, Step, binary, close_after, close_payload,
    fail_after, ping, pong, sends, text,
};
use crate::autobahn::wire::frame::{Frame, Writes, opcode};

/// The text that most cases send.
pub(super) const HELLO: &str = "Hello, world!";
/// A payload that is not UTF-8.
const BYTES: [u8; 8] = [0, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0, 0xff];

/// The cases of groups 2 to 4.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = pings();
    cases.extend(reserved_bits());
    cases.extend(reserved_opcodes());
    cases
}

fn pings() -> Vec<Case> {
    let echo = |number: &str, about: &str, payload: &[u8], writes, seconds| {
        let steps = sends([ping(payload).written(writes)], close_after(seconds));
        let description = format!("The judge sends a ping {about}.");
        let pong = Event::Pong(payload.to_vec());
        Case::exchange(number, description, steps, vec![pong], Close::normal())
    };
    let full = [0xfe; 125];
    let unsolicited = |number: &str, payload: &str| {
        let close = Step::Close(close_payload(NORMAL, b""));
        let mut steps = sends([pong(payload)], close);
        steps.push(close_after(1));
        let about = if payload.is_empty() { "without" } else { "with" };
        let description = format!("The judge sends a pong {about} payload, and closes.");
        Case::exchange(number, description, steps, Vec::new(), Close::normal())
            .expecting("The pong is ignored, and the closing handshake is complete.")
    };
    let ten = |number: &str, about: &str, writes| {
        let payloads: Vec<String> = (0..10).map(|index| format!("ping {index}")).collect();
        let frames = payloads.iter().map(|payload| ping(payload.as_str()).written(writes));
        let pongs = payloads.iter().map(|payload| Event::Pong(payload.clone().into()));
        Case::exchange(
            number,
            format!("The judge sends ten pings{about}."),
            sends(frames, close_after(3)),
            pongs.collect(),
            Close::normal(),
        )
        .expecting("A pong comes for each ping, then the closing handshake is complete.")
    };
    vec![
        echo("2.1", "without payload", b"", Writes::Together, 1),
        echo("2.2", "with a text", HELLO.as_bytes(), Writes::Together, 1),
        echo("2.3", "with bytes that are not UTF-8", &BYTES, Writes::Together, 1),
        echo("2.4", "of 125 bytes", &full, Writes::Together, 1),
        Case::exchange(
            "2.5",
            "The judge sends a ping of 126 bytes, which no control frame may have.",
            sends([ping([0xfe; 126])], fail_after(1)),
            Vec::new(),
            Close::failure(PROTOCOL_ERROR),
        ),
        echo("2.6", "of 125 bytes, byte by byte", &full, Writes::Of(1), 2),
        unsolicited("2.7", ""),
        unsolicited("2.8", "nobody asked for it"),
        Case::exchange(
            "2.9",
            "The judge sends a pong that nobody asked for, then a ping.",
            sends([pong("nobody asked for it"), ping("and for this?")], close_after(1)),
            vec![Event::Pong(b"and for this?".to_vec())],
            Close::normal(),
        ),
        ten("2.10", "", Writes::Together),
        ten("2.11", ", byte by byte", Writes::Of(1)),
    ]
}

/// The judge sends one frame, which the peer must refuse.
fn refused(number: &str, description: String, frame: Frame) -> Case {
    let steps = sends([frame], fail_after(1));
    Case::exchange(number, description, steps, Vec::new(), Close::failure(PROTOCOL_ERROR))
}

/// The judge sends a text, then a frame that the peer must refuse, then a ping. The peer may fail
/// the connection before it has echoed the text.
fn refused_later(number: &str, about: &str, frame: Frame, writes: Writes) -> Case {
    let frames = [text(HELLO), frame, ping("")].map(|frame| frame.written(writes));
    Case::exchange(
        number,
        format!("The judge sends a text, then {about}, then a ping."),
        sends(frames, fail_after(1)),
        vec![Event::Text(HELLO.into())],
        Close::failure(PROTOCOL_ERROR),
    )
    .non_strict(Vec::new())
}

fn reserved_bits() -> Vec<Case> {
    let later = |number: &str, rsv: u8, how: &str, writes| {
        let about = format!("the text with RSV {rsv}{how}");
        refused_later(number, &about, text(HELLO).rsv(rsv), writes)
    };
    let alone = |number: &str, name: &str, rsv: u8, frame: Frame| {
        refused(number, format!("The judge sends a {name} frame with RSV {rsv}."), frame.rsv(rsv))
    };
    vec![
        alone("3.1", "text", 1, text(HELLO)),
        later("3.2", 2, "", Writes::Together),
        later("3.3", 3, " (each frame in a write of its own)", Writes::Alone),
        later("3.4", 4, " (byte by byte)", Writes::Of(1)),
        alone("3.5", "binary", 5, binary(BYTES)),
        alone("3.6", "binary", 6, binary(HELLO)),
        alone("3.7", "close", 7, Frame::new(opcode::CLOSE, [])),
    ]
}

fn reserved_opcodes() -> Vec<Case> {
    let mut cases = Vec::new();
    for (series, kind, first) in [(1, "data", 3), (2, "control", 11)] {
        for number in 1..=5 {
            let opcode = first + number - 1;
            let payload = match number {
                1 | 3 => "",
                2 => "what does this mean?",
                _ => HELLO,
            };
            let has = if payload.is_empty() { "" } else { " and a payload" };
            let frame = Frame::new(opcode, payload);
            let about = format!("a {kind} frame with the reserved opcode {opcode}{has}");
            let number = format!("4.{series}.{number}");
            let writes = if opcode == first + 4 { Writes::Of(1) } else { Writes::Together };
            cases.push(if opcode < first + 2 {
                refused(&number, format!("The judge sends {about}."), frame)
            } else {
                refused_later(&number, &about, frame, writes)
            });
        }
    }
    cases
}

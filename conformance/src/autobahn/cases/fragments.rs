//! Group 5: fragmented messages, and control frames between the fragments.

use crate::autobahn::cases::control::HELLO;
use crate::autobahn::cases::script::{
    Case, Close, Event, PROTOCOL_ERROR, Step, close_after, continuation, fail_after, ping, pong,
    sends, text,
};
use crate::autobahn::wire::frame::{Frame, Writes};

/// How the frames of a row of cases are written.
const WAYS: [(&str, Writes); 3] = [
    ("", Writes::Together),
    (", each frame in a write of its own", Writes::Alone),
    (", byte by byte", Writes::Of(1)),
];

/// The cases of group 5.
pub(super) fn cases() -> Vec<Case> {
    let one = || text("fragment1").unfinished();
    let two = || continuation("fragment2");
    let mut cases = vec![
        refused(1, "a ping in two fragments", vec![ping("fragment1").unfinished(), two()]),
        refused(2, "a pong in two fragments", vec![pong("fragment1").unfinished(), two()]),
    ];
    let whole = || Event::Text(b"fragment1fragment2".to_vec());
    let pinged = || Event::Pong(b"and for this?".to_vec());
    cases.extend(in_three_ways(3, "a text in two fragments", &[one(), two()], &[whole()]));
    let between = [one(), ping("and for this?"), two()];
    let about = "a text in two fragments with a ping between them";
    cases.extend(in_three_ways(6, about, &between, &[pinged(), whole()]));
    for (first, about, fin) in [
        (9, "a final continuation without a message, then a text", true),
        (12, "a continuation without a message that is not the last, then a text", false),
    ] {
        for (number, (way, writes)) in (first..).zip(WAYS) {
            let stray = Frame { fin, ..continuation("another message") };
            let frames = [stray, text(HELLO)].map(|frame| frame.written(writes));
            cases.push(refused(number, &format!("{about}{way}"), frames.into()));
        }
    }
    let stray = continuation("fragment3").unfinished();
    let frames = vec![one(), two(), stray, text("fragment4")];
    let about = "a text in two fragments, then a continuation without a message, then a text";
    cases.push(refused_after(15, about, frames, vec![whole()]).non_strict(Vec::new()));
    for (number, about, fin) in [
        (
            16,
            "twice: a continuation without a message that is not the last, and a fragmented text",
            false,
        ),
        (17, "twice: a final continuation without a message, and a fragmented text", true),
    ] {
        let stray = Frame { fin, ..continuation("fragment1") };
        let message = [text("fragment2").unfinished(), continuation("fragment3")];
        let round = [&[stray], message.as_slice()].concat();
        cases.push(refused(number, about, [round.clone(), round].concat()));
    }
    let about = "two fragments that both have the opcode of a text";
    cases.push(refused(18, about, vec![one(), text("fragment2")]));
    cases.push(paused(19, "", Writes::Together));
    cases.push(paused(20, ", each frame in a write of its own", Writes::Alone));
    cases
}

/// The judge sends frames that break the rules from the start.
fn refused(number: u8, about: &str, frames: Vec<Frame>) -> Case {
    refused_after(number, about, frames, Vec::new())
}

/// The judge sends frames that break the rules after these events.
fn refused_after(number: u8, about: &str, frames: Vec<Frame>, ok: Vec<Event>) -> Case {
    let steps = sends(frames, fail_after(1));
    let description = format!("The judge sends {about}.");
    Case::exchange(format!("5.{number}"), description, steps, ok, Close::failure(PROTOCOL_ERROR))
}

/// The judge sends the same frames together, one by one, and byte by byte.
fn in_three_ways(first: u8, about: &str, frames: &[Frame], ok: &[Event]) -> Vec<Case> {
    let case = |(number, (way, writes)): (u8, (&str, Writes))| {
        let frames = frames.iter().cloned().map(|frame| frame.written(writes));
        let steps = sends(frames, close_after(1));
        let description = format!("The judge sends {about}{way}.");
        Case::exchange(format!("5.{number}"), description, steps, ok.to_vec(), Close::normal())
    };
    (first..).zip(WAYS).map(case).collect()
}

/// The judge sends five fragments with two pings between, and pauses in the middle.
fn paused(number: u8, way: &str, writes: Writes) -> Case {
    let part = |index: u8| continuation(format!("fragment{index}")).unfinished().written(writes);
    let ping = |index: u8| ping(format!("pongme {index}!")).written(writes);
    let answer = |index: u8| Event::Pong(format!("pongme {index}!").into());
    let first = text("fragment1").unfinished().written(writes);
    let last = continuation("fragment5").written(writes);
    let mut steps = sends([first, part(2), ping(1)], Step::Pause);
    steps.extend(sends([part(3), part(4), ping(2), last], close_after(1)));
    let message =
        Event::Text((1..=5).flat_map(|index| format!("fragment{index}").into_bytes()).collect());
    Case::exchange(
        format!("5.{number}"),
        format!(
            "The judge sends two fragments and a ping, waits a second, and sends two fragments, a \
             ping and the last fragment{way}."
        ),
        steps,
        vec![answer(1), answer(2), message],
        Close::normal(),
    )
}

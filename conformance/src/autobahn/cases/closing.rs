//! Group 7: the closing handshake.

use crate::autobahn::cases::script::{
    Case, Close, Effect, Event, NORMAL, NOT_UTF8, PROTOCOL_ERROR, Step, close_payload,
    continuation, fail_after, ping, sends, text,
};
use crate::autobahn::cases::utf8::SURROGATE;
use crate::autobahn::wire::frame::{Frame, opcode};

/// The status codes of 7.7, all valid.
const VALID: [u16; 13] =
    [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
/// The status codes of 7.9, all invalid.
const INVALID: [u16; 9] = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999];
/// The status codes of 7.13, of which the standard says nothing.
const UNDEFINED: [u16; 2] = [5000, 65_535];

/// The cases of group 7.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = basic();
    cases.extend(payloads());
    for (number, code) in (1..).zip(VALID) {
        let close = Close { codes: vec![NORMAL, code], ..normal() };
        let about = format!("a close frame with the valid code {code}");
        cases.push(closes(&format!("7.7.{number}"), &about, close_payload(code, b""), close));
    }
    for (number, code) in (1..).zip(INVALID) {
        let close = Close::refused(vec![PROTOCOL_ERROR]);
        let about = format!("a close frame with the invalid code {code}");
        cases.push(closes(&format!("7.9.{number}"), &about, close_payload(code, b""), close));
    }
    for (number, code) in (1..).zip(UNDEFINED) {
        let close = Close::refused(vec![NORMAL, code, PROTOCOL_ERROR]).with(Effect::OnlyInforms);
        let about = format!("a close frame with the code {code}");
        let case = closes(&format!("7.13.{number}"), &about, close_payload(code, b""), close);
        cases.push(case.expecting("The standard does not say what should happen."));
    }
    cases
}

/// The judge closes normally, and the peer must not answer with another code.
fn normal() -> Close {
    Close::normal().with(Effect::WrongCodeFails)
}

/// The judge sends a close frame with this payload.
fn closes(number: &str, about: &str, payload: Vec<u8>, close: Close) -> Case {
    let steps = vec![Step::Close(payload), fail_after(1)];
    let description = format!("The judge sends {about}.");
    Case::exchange(number, description, steps, Vec::new(), close).closed_by_steps()
}

fn basic() -> Vec<Case> {
    const HELLO: &str = "Hello World!";
    let close = || Step::Close(close_payload(NORMAL, b""));
    let after = |number: &str, about: &str, frame: Frame| {
        let steps = vec![close(), Step::Send(frame), fail_after(1)];
        let description = format!("The judge sends a close frame, then {about}.");
        Case::exchange(number, description, steps, Vec::new(), normal())
            .closed_by_steps()
            .expecting("The peer ignores everything after the close frame.")
    };
    let large: Vec<u8> = b"0123456789".iter().copied().cycle().take(256 * 1024).collect();
    vec![
        Case::exchange(
            "7.1.1",
            "The judge sends a text, and closes when it has come back.",
            sends([text(HELLO)], fail_after(1)),
            vec![Event::Text(HELLO.into())],
            normal(),
        ),
        after("7.1.2", "a second one", Frame::new(opcode::CLOSE, [])),
        after("7.1.3", "a ping", ping("")),
        after("7.1.4", "a text", text(HELLO)),
        Case::exchange(
            "7.1.5",
            "The judge sends the first fragment of a text, a close frame, and the second fragment.",
            vec![
                Step::Send(text("fragment1").unfinished()),
                close(),
                Step::Send(continuation("fragment2")),
                fail_after(1),
            ],
            Vec::new(),
            normal(),
        )
        .closed_by_steps()
        .expecting("The peer ignores everything after the close frame."),
        Case::exchange(
            "7.1.6",
            "The judge sends a text of 256 KiB, a short text, a close frame and a ping.",
            vec![
                Step::Send(text(large)),
                Step::Send(text(HELLO)),
                close(),
                Step::Send(ping("")),
                fail_after(1),
            ],
            vec![Event::Text(HELLO.into())],
            normal().with(Effect::OnlyInforms),
        )
        .non_strict(Vec::new())
        .closed_by_steps()
        .expecting("A peer may close before it has echoed the texts."),
    ]
}

fn payloads() -> Vec<Case> {
    let refused = |codes| Close::refused(codes);
    let reason = |reason: &[u8]| close_payload(NORMAL, reason);
    vec![
        closes("7.3.1", "a close frame without a payload", Vec::new(), normal()),
        closes(
            "7.3.2",
            "a close frame with half a status code",
            b"a".to_vec(),
            refused(vec![PROTOCOL_ERROR]),
        ),
        closes("7.3.3", "a close frame with a code", reason(b""), normal()),
        closes(
            "7.3.4",
            "a close frame with a code and a reason",
            reason(b"Hello World!"),
            normal(),
        ),
        closes(
            "7.3.5",
            "a close frame with the longest reason, 123 bytes",
            reason(&[b'*'; 123]),
            normal(),
        ),
        closes(
            "7.3.6",
            "a close frame with a reason of 124 bytes, which is too long",
            reason(&[b'*'; 124]),
            refused(vec![PROTOCOL_ERROR]),
        ),
        closes(
            "7.5.1",
            "a close frame with a reason that is not UTF-8",
            reason(SURROGATE),
            refused(vec![PROTOCOL_ERROR, NOT_UTF8]),
        ),
    ]
}

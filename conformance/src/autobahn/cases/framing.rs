//! Group 1, the three forms of the payload length, and group 10, a message in automatic fragments.

use crate::autobahn::cases::script::{
    Case, Close, Event, binary, fail_after, fragments, sends, text,
};
use crate::autobahn::wire::frame::Writes;

/// The length of the payload, the size of the writes if it is cut, and how many seconds the peer
/// has.
const SIZES: [(usize, Option<usize>, u64); 8] = [
    (0, None, 1),
    (125, None, 1),
    (126, None, 1),
    (127, None, 1),
    (128, None, 1),
    (65_535, None, 10),
    (65_536, None, 10),
    (65_536, Some(997), 10),
];

/// The cases of group 1.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (series, name, byte) in [(1, "text", b'*'), (2, "binary", 0xfe)] {
        for (number, (length, writes, seconds)) in (1..).zip(SIZES) {
            let payload = vec![byte; length];
            let (frame, echo) = match series {
                1 => (text(payload.clone()), Event::Text(payload)),
                _ => (binary(payload.clone()), Event::Binary(payload)),
            };
            let cut = writes.map_or(String::new(), |size| format!(", in writes of {size} bytes"));
            cases.push(Case::exchange(
                format!("1.{series}.{number}"),
                format!("The judge sends a {name} message of {length} bytes{cut}."),
                sends(
                    [frame.written(writes.map_or(Writes::Together, Writes::Of))],
                    fail_after(seconds),
                ),
                vec![echo],
                Close::normal(),
            ));
        }
    }
    cases
}

/// The case of group 10.
pub(super) fn automatic_fragments() -> Case {
    let payload = vec![b'*'; 65_536];
    Case::exchange(
        "10.1.1",
        "The judge sends a text message of 65536 bytes in fragments of 1300 bytes.",
        sends(fragments(&payload, 1300), fail_after(10)),
        vec![Event::Text(payload)],
        Close::normal(),
    )
}

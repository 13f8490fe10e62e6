//! Group 9: large messages, and many.

use std::time::Duration;

use crate::autobahn::cases::script::{Case, Echo, Script};
use crate::autobahn::wire::frame::Writes;

/// A kibibyte.
const KIB: usize = 1024;
/// A mebibyte.
const MIB: usize = 1024 * KIB;
/// Length, and how many seconds the peer has for a text and for a binary message: 9.1 and 9.2.
const LENGTHS: [(usize, u64, u64); 6] = [
    (64 * KIB, 10, 10),
    (256 * KIB, 10, 10),
    (MIB, 100, 10),
    (4 * MIB, 100, 10),
    (8 * MIB, 100, 100),
    (16 * MIB, 100, 100),
];
/// The sizes of the fragments of 4 MiB in 9.3 and 9.4.
const FRAGMENTS: [usize; 9] = [64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB];
/// The sizes of the writes of 1 MiB in 9.5 and 9.6.
const WRITES: [usize; 6] = [64, 128, 256, 512, KIB, 2 * KIB];
/// The length of a message of which 1000 are sent one after the other, and how many seconds all
/// may take: 9.7 and 9.8.
const ROUNDS: [(usize, u64); 6] =
    [(0, 60), (16, 60), (64, 60), (256, 120), (KIB, 240), (4 * KIB, 480)];

/// The cases of group 9.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for is_binary in [false, true] {
        for (number, (length, text, binary)) in (1..).zip(LENGTHS) {
            let seconds = if is_binary { binary } else { text };
            let about = format!("of {}", size(length));
            cases.push(case(1, number, &about, echo(is_binary, length, seconds)));
        }
    }
    for is_binary in [false, true] {
        for (number, fragment) in (1..).zip(FRAGMENTS) {
            let about = format!("of 4 MiB in fragments of {}", size(fragment));
            // The original sends bytes that are not UTF-8 in one binary case only.
            let pattern = if is_binary && number == 1 { b"\xfe" } else { b"*" };
            let whole = echo(is_binary, 4 * MIB, 100);
            let echo = Echo { pattern, fragment: Some(fragment), ..whole };
            cases.push(case(3, number, &about, echo));
        }
    }
    for is_binary in [false, true] {
        for (number, writes) in (1..).zip(WRITES) {
            let about = format!("of 1 MiB in writes of {}", size(writes));
            let echo = Echo { writes: Writes::Of(writes), ..echo(is_binary, MIB, 1000) };
            cases.push(case(5, number, &about, echo));
        }
    }
    for is_binary in [false, true] {
        for (number, (length, seconds)) in (1..).zip(ROUNDS) {
            let pattern = if is_binary { b"\xfe" } else { b"*" };
            let about = format!("of {}, a thousand times", size(length));
            let echo = Echo { pattern, count: 1000, ..echo(is_binary, length, seconds) };
            cases.push(case(7, number, &about, echo));
        }
    }
    cases
}

fn echo(is_binary: bool, length: usize, seconds: u64) -> Echo {
    Echo {
        is_binary,
        pattern: if is_binary { b"\xff\x00\x7f\x80\xfe" } else { b"0123456789" },
        length,
        fragment: None,
        writes: Writes::Together,
        count: 1,
        limit: Duration::from_secs(seconds),
    }
}

/// A case of the series `text`, or of the one after it if the message is binary.
fn case(text: u8, number: u8, about: &str, echo: Echo) -> Case {
    let (series, kind) = if echo.is_binary { (text + 1, "binary") } else { (text, "text") };
    Case {
        number: format!("9.{series}.{number}"),
        description: format!("The judge sends a {kind} message {about}."),
        expectation: format!(
            "A message of the same type and length comes back, each time, within {} s.",
            echo.limit.as_secs()
        ),
        script: Script::Echo(echo),
    }
}

/// A number of bytes in words.
fn size(bytes: usize) -> String {
    match bytes {
        MIB.. => format!("{} MiB", bytes / MIB),
        KIB.. => format!("{} KiB", bytes / KIB),
        _ => format!("{bytes} bytes"),
    }
}

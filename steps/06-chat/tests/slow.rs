//! Members who do not read, and what they cost the others: nothing (fault F21).
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::process::Command;
use std::time::{Duration, Instant};

use support::{Member, metric, resident, start, waits_for_metric};
use testkit::{Frame, Server};

mod support;

const MEMBERS: usize = 50;
const DEAF: usize = 5;
/// In bytes: less than one message for each of those that are on their way.
const QUEUE: usize = 64 * 1024;
/// A message, almost as long as one may be.
const LENGTH: usize = 15 * 1024;
/// The number of messages that are sent before they are read. They fit into `QUEUE`.
const AT_A_TIME: usize = 4;
/// The time for which the others talk at most: the kernel keeps some MiB for a peer that does not
/// read, and after that, a member is too slow who takes nothing for five seconds.
const TIME_MAX: Duration = Duration::from_mins(1);
/// The messages that the log keeps. In bytes, this is less than the server may grow by.
const HISTORY: &str = "100";

/// HOSTILE: a reader that stops reading during a broadcast is closed with 1013. Nobody else waits
/// for it or misses anything.
#[test]
fn who_stops_reading_is_closed_with_1013_and_nobody_else_notices() {
    let queue = QUEUE.to_string();
    let server = start(&["--max-queue", &queue, "--rate", "100000", "--history", HISTORY]);
    let enter = |number: usize| {
        let mut member = Member::enters(&server, &format!("/ws/tea/member-{number}"));
        member.wire.leaves_frames_out();
        member
    };
    let deaf: Vec<Member> = (0..DEAF).map(enter).collect();
    let mut readers: Vec<Member> = (DEAF..MEMBERS - 1).map(enter).collect();
    let mut ada = Member::enters(&server, "/ws/tea/Ada");
    let (before, began) = (resident(&server), Instant::now());
    let (mut round, mut grown, mut left) = (0, 0, 0);
    // Until the room has been told that the deaf have left, and then for one round more.
    let mut are_gone = false;
    while !are_gone {
        are_gone = left == DEAF;
        assert!(began.elapsed() < TIME_MAX, "only {left} of the deaf have left");
        for number in 0..AT_A_TIME {
            ada.says(&format!("{} {}", round * AT_A_TIME + number, "x".repeat(LENGTH)));
        }
        let mut sent = 0;
        while sent < AT_A_TIME {
            let told = ada.hears();
            sent += usize::from(told["type"] == "sent");
            if told["type"] == "left" {
                left += told["names"].as_array().unwrap().len();
            }
        }
        for number in 0..AT_A_TIME {
            for reader in &mut readers {
                let text = reader.hears_of("message")["msg"].take();
                let told = text.as_str().unwrap().split(' ').next().unwrap().parse();
                assert_eq!(told, Ok(round * AT_A_TIME + number));
            }
        }
        grown = grown.max(resident(&server).saturating_sub(before));
        round += 1;
    }
    assert_eq!(metric(&server, "slow_readers_total"), DEAF as u64);
    waits_for_metric(&server, "connections", (MEMBERS - DEAF) as u64);
    assert!(grown < 8 * 1024, "the server has grown by {grown} KiB");
    // What they read now has no gap, and ends with the reason.
    for mut member in deaf {
        let mut heard = 0;
        let close = loop {
            let frame = member.wire.expects_frame();
            if frame.opcode == testkit::Opcode::Close {
                break frame;
            }
            // On a slow machine all this takes longer than a ping interval.
            if frame.opcode == testkit::Opcode::Ping {
                continue;
            }
            let told = serde_json::from_slice::<serde_json::Value>(&frame.payload).unwrap();
            if let Some(text) = told["msg"].as_str() {
                assert!(text.starts_with(&format!("{heard} ")), "not message {heard}");
                heard += 1;
            }
        };
        assert_eq!(close.close_code(), 1013);
        assert_eq!(close.close_reason(), "too slow: too many bytes wait to be read");
        assert!(heard < round * AT_A_TIME);
        member.wire.sends_frame(&close).expects_end();
    }
}

/// A member reads what was missed piece by piece. It costs the server nothing until then, and does
/// not count as being slow.
#[test]
fn who_has_missed_much_gets_it_as_fast_as_they_read() {
    const MISSED: usize = 400;
    let server = start(&["--max-queue", &QUEUE.to_string(), "--rate", "100000"]);
    let mut ada = Member::enters(&server, "/ws/tea/Ada");
    for number in 0..MISSED {
        ada.says(&format!("{number} {}", "x".repeat(LENGTH))).hears_of("sent");
    }
    let before = resident(&server);
    let mut back: Vec<Member> = (0..DEAF)
        .map(|number| Member::enters(&server, &format!("/ws/tea/back-{number}?after=0-0")))
        .collect();
    // Meanwhile the room goes on.
    for number in MISSED..MISSED + 3 {
        ada.says(&format!("{number} {}", "x".repeat(LENGTH))).hears_of("sent");
    }
    let grown = resident(&server).saturating_sub(before);
    assert!(grown < 4 * 1024, "the server has grown by {grown} KiB");
    for member in &mut back {
        for number in 0..MISSED + 3 {
            let text = member.hears_of("message")["msg"].take();
            let told = text.as_str().unwrap().split(' ').next().unwrap().parse();
            assert_eq!(told, Ok(number));
        }
    }
    assert_eq!(metric(&server, "slow_readers_total"), 0);
}

/// A crowd that talks all at once makes nobody slow: when much is on its way, it waits for those who
/// are to hear it.
#[test]
fn a_crowd_that_talks_all_at_once_makes_nobody_slow() {
    const CROWD: usize = 100;
    const EACH: usize = 40;
    // With one thread, a busy sender could keep the others from receiving.
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat"));
    command.args(["127.0.0.1:0", "--rate", "100000"]).env("TOKIO_WORKER_THREADS", "1");
    let server = Server::start_command(command);
    let enter = |number: usize| Member::enters(&server, &format!("/ws/tea/member-{number}"));
    let mut crowd: Vec<Member> = (0..CROWD).map(enter).collect();
    let mut ada = Member::enters(&server, "/ws/tea/Ada");
    server.hangs();
    for member in &mut crowd {
        member.wire.sends_frames(&vec![Frame::text("me"); EACH]);
    }
    server.goes_on();
    for _ in 0..CROWD * EACH {
        ada.hears_of("message");
    }
    assert_eq!(metric(&server, "slow_readers_total"), 0);
}

//! A crowd: what many members at once, and members who read slowly, mean for all others.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::collections::BTreeMap;
use std::io::Read as _;
use std::process::Command;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{Member, metric, resident, start};
use testkit::{Frame, Opcode, Server, Wire};

mod support;

/// The number of messages that a member may send at once, by default.
const BURST: usize = 200;

/// Starts the chat with this number of worker threads.
#[track_caller]
fn start_with_threads(threads: usize, flags: &[&str]) -> Server {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat"));
    command.arg("127.0.0.1:0").args(flags).env("TOKIO_WORKER_THREADS", threads.to_string());
    Server::start_command(command)
}

#[track_caller]
fn enter(server: &Server, name: &str) -> Member {
    let mut member = Member::enters(server, &format!("/ws/tea/{name}"));
    member.wire.leaves_frames_out();
    member
}

/// Returns the number at the start of a message, before the first space.
fn number_in(message: &Value) -> usize {
    message["msg"].as_str().unwrap().split(' ').next().unwrap().parse().unwrap()
}

/// A burst within the limits gives the others more to read. It does not make them slow, even if JSON
/// makes the texts six times as long.
#[test]
fn a_burst_within_the_limits_disconnects_nobody() {
    const MESSAGES: usize = 60;
    for (threads, letter, length) in [(1, "x", 16_000), (2, "x", 16_000), (1, "\u{1}", 16_000)] {
        let server = start_with_threads(threads, &[]);
        let mut readers: Vec<Member> =
            (0..8).map(|number| enter(&server, &format!("reader-{number}"))).collect();
        let mut ada = enter(&server, "Ada");
        // Its texts are not JSON, so a control character is one byte here.
        let burst: Vec<Frame> = (0..MESSAGES)
            .map(|number| Frame::text(format!("{number} {}", letter.repeat(length))))
            .collect();
        ada.wire.sends_frames(&burst);
        for reader in &mut readers {
            for number in 0..MESSAGES {
                assert_eq!(number_in(&reader.hears_of("message")), number);
            }
        }
        assert_eq!(metric(&server, "slow_readers_total"), 0);
    }
}

/// When more comes at once than the log keeps, members who keep up are told that messages are missing,
/// as those are who come back.
#[test]
fn members_who_keep_up_are_told_of_messages_that_are_no_longer_kept() {
    const CROWD: usize = 20;
    // On one thread, the room's task has no turn while the others read what came.
    let server = start_with_threads(1, &["--history", "500"]);
    let mut reader = enter(&server, "reader");
    let mut crowd: Vec<Member> =
        (0..CROWD).map(|number| enter(&server, &format!("member-{number}"))).collect();
    server.hangs();
    for member in &mut crowd {
        let burst: Vec<Frame> =
            (0..BURST / 2).map(|number| Frame::text(number.to_string())).collect();
        member.wire.sends_frames(&burst);
    }
    server.goes_on();
    let mut next = BTreeMap::new();
    let (mut is_gap, mut gaps, mut received) = (false, 0, 0);
    while let Some(frame) = reader.wire.waits_for_frame(Duration::from_secs(2)) {
        if frame.opcode != Opcode::Text {
            continue;
        }
        let told: Value = serde_json::from_slice(&frame.payload).unwrap();
        match told["type"].as_str().unwrap() {
            "gap" => (is_gap, gaps) = (true, gaps + 1),
            "message" => {
                let sender = told["sender"].as_str().unwrap().to_owned();
                let expected = next.insert(sender, number_in(&told) + 1).unwrap_or_default();
                assert!(is_gap || number_in(&told) == expected, "a hole without a gap: {told}");
                received += 1;
            }
            _ => {}
        }
    }
    assert!(received >= 500, "{received} messages were received");
    assert!(gaps > 0 || received == CROWD * BURST / 2, "{received} messages, and no gap");
}

/// A newcomer reads what came before piece by piece, whatever there is.
#[test]
fn a_newcomer_who_does_not_read_costs_little() {
    const NEWCOMERS: usize = 100;
    let server = start(&["--rate", "1000000"]);
    let mut ada = enter(&server, "Ada");
    for number in 0..8 * 70 {
        ada.says(&format!("{number} {}", "x".repeat(15_000)));
    }
    for _ in 0..8 * 70 {
        ada.hears_of("sent");
    }
    let before = resident(&server);
    let newcomers: Vec<Member> = (0..NEWCOMERS)
        .map(|number| Member::enters(&server, &format!("/ws/tea/member-{number}?after=0-0")))
        .collect();
    sleep(Duration::from_millis(500));
    let each = resident(&server).saturating_sub(before) / NEWCOMERS as u64;
    assert!(each < 100, "each newcomer costs {each} KiB");
    assert_eq!(metric(&server, "slow_readers_total"), 0);
    drop(newcomers);
}

/// A member who reads something now and then is not too slow, however much the others send.
/// Messages that the server no longer has are a gap.
#[test]
fn a_reader_that_is_slow_but_steady_stays() {
    /// 400 KB a second.
    const PIECE: usize = 8_000;
    const PAUSE: Duration = Duration::from_millis(20);
    const TIME: Duration = Duration::from_secs(8);
    let server = start(&["--rate", "1000000"]);
    let mut ada = enter(&server, "Ada");
    let slow = enter(&server, "slow");
    let began = Instant::now();
    scope(|threads| {
        threads.spawn(|| {
            let text = "x".repeat(8_000);
            while began.elapsed() < TIME {
                ada.says(&text).hears_of("sent");
            }
        });
        let mut piece = [0; PIECE];
        while began.elapsed() < TIME {
            let count = slow.wire.stream().read(&mut piece).unwrap();
            assert!(count > 0, "the slow reader was closed");
            sleep(PAUSE);
        }
    });
    assert_eq!(metric(&server, "slow_readers_total"), 0);
}

/// The room is so large that several threads divide it among themselves. All members receive one
/// order all the same, and so does a member who comes and goes.
#[test]
fn several_threads_send_everything_in_one_order_and_once() {
    // `Audience::send` divides the lines from 256 on.
    const READERS: usize = 256;
    const SPEAKERS: usize = 5;
    const EACH: usize = 20;
    let server = start_with_threads(4, &["--rate", "1000000"]);
    let mut readers: Vec<Member> =
        (0..READERS).map(|number| enter(&server, &format!("reader-{number}"))).collect();
    let mut speakers: Vec<Member> =
        (0..SPEAKERS).map(|number| enter(&server, &format!("speaker-{number}"))).collect();
    let told: Vec<Vec<(String, Value)>> = scope(|threads| {
        let speakers: Vec<_> = speakers
            .iter_mut()
            .map(|speaker| {
                threads.spawn(|| {
                    for number in 0..EACH {
                        speaker.says(&format!("{{\"msg\": \"{number}\", \"key\": \"{number}\"}}"));
                        sleep(Duration::from_millis(5));
                    }
                    received(speaker, SPEAKERS * EACH)
                })
            })
            .collect();
        let guest = threads.spawn(|| comes_and_goes(&server, SPEAKERS * EACH));
        let speakers: Vec<_> =
            speakers.into_iter().map(|speaker| speaker.join().unwrap()).collect();
        let mut all: Vec<_> =
            readers.iter_mut().map(|reader| received(reader, SPEAKERS * EACH)).collect();
        all.push(guest.join().unwrap());
        for own in &speakers {
            // A confirmation instead of the message, at its place.
            assert_eq!(own.iter().filter(|(_, told)| told["type"] == "sent").count(), EACH);
        }
        all.extend(speakers);
        all
    });
    let ids = |messages: &[(String, Value)]| -> Vec<String> {
        messages.iter().map(|(id, _)| id.clone()).collect()
    };
    let order = ids(&told[0]);
    for other in &told[1..] {
        assert_eq!(ids(other), order);
    }
}

/// Receives this number of messages, or confirmations, and returns them with their ids.
#[track_caller]
fn received(member: &mut Member, count: usize) -> Vec<(String, Value)> {
    let mut messages = Vec::new();
    while messages.len() < count {
        let told = member.hears();
        assert_ne!(told["type"], "gap");
        if let Some(id) = told["id"].as_str() {
            messages.push((id.to_owned(), told));
        }
    }
    messages
}

/// Receives this number of messages in many conversations of a few messages each.
#[track_caller]
fn comes_and_goes(server: &Server, count: usize) -> Vec<(String, Value)> {
    let mut messages: Vec<(String, Value)> = Vec::new();
    while messages.len() < count {
        let after = messages.last().map_or("0-0", |(id, _)| id);
        let session = "a-session-of-the-guest-0123456789";
        let target = format!("/ws/tea/guest?session={session}&after={after}");
        let mut guest = Member::enters(server, &target);
        let some = (count - messages.len()).min(7);
        messages.extend(received(&mut guest, some));
    }
    messages
}

/// Data that the server sends to a member is not a sign of life. A pong is.
#[test]
fn a_member_who_only_receives_lives_as_long_as_it_answers_pings() {
    let server = start(&["--ping-interval", "0.2", "--idle-timeout", "1"]);
    let mut ada = enter(&server, "Ada");
    let mut alive = enter(&server, "alive");
    let dead = enter(&server, "dead");
    let mut rest = None;
    for number in 0..30 {
        ada.says(&number.to_string()).hears_of("sent");
        assert_eq!(number_in(&alive.hears_of("message")), number);
        sleep(Duration::from_millis(100));
        rest = rest.or_else(|| (metric(&server, "connections") == 2).then_some(number));
    }
    assert!(rest.is_some(), "the dead member was not dropped");
    ada.hears_of("left");
    let mut dead: Wire = dead.wire;
    while dead.waits_for_frame(Duration::ZERO).is_some() {}
    dead.expects_end();
}

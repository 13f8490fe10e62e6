//! What is kept, for whom, and how a client learns that something is missing.

use std::thread;

use serde_json::{Value, json};
use testkit::{Redis, Server};

use crate::page::{Page, id_of, numbers, stranger_tries};
use crate::process::{process, process_with};
use crate::support::{Member, gets, posts, start};

/// Sends messages to a room, and returns the id of the first and of the last of them.
#[track_caller]
fn fills(server: &Server, room: &str, count: usize) -> (String, String) {
    let mut bob = Page::enters(server, room, "Bob");
    bob.sends("0").is_confirmed();
    let first = bob.last().to_owned();
    // A page keeps at most 50 messages that are not confirmed yet.
    for from in (1..count).step_by(50) {
        bob.sends_numbers(from, count.min(from + 50)).is_confirmed();
    }
    let last = bob.last().to_owned();
    bob.leaves();
    (first, last)
}

/// Plays the scene of the gap.
#[track_caller]
fn a_gap_is_announced(server: &Server) {
    let (first, last) = fills(server, "tea", 300);
    let mut ada = Page::new("tea", "Ada");
    ada.has_seen(&first).is_admitted(server).sees("Bob 299");
    assert!(ada.received_gap(), "{:?}", ada.news);
    let place = ada.news.iter().position(|news| news["type"] == "gap");
    assert_eq!(place, Some(1), "the gap comes after the welcome and before all messages");
    let kept = ada.seen.len();
    assert!((100..200).contains(&kept), "{kept} are kept");
    assert_eq!(ada.seen, numbers("Bob", 300 - kept, 300));
    ada.leaves();
    // Whoever has seen the newest message misses nothing. Neither does a newcomer.
    for mut page in [Page::new("tea", "Ada"), Page::new("tea", "Cy")] {
        if page.seen.is_empty() {
            page.has_seen(&last);
        }
        page.is_admitted(server).sends("1").is_confirmed();
        assert!(!page.received_gap(), "{:?}", page.news);
        page.leaves();
    }
    let mut dee = Page::enters(server, "tea", "Dee");
    dee.sends("1").is_confirmed();
    assert!(!dee.received_gap(), "{:?}", dee.news);
}

#[test]
fn a_gap_is_announced_in_one_process() {
    a_gap_is_announced(&start(&["--history", "100", "--rate", "100000"]));
}

#[test]
#[ignore = "needs redis-server: just setup"]
fn a_gap_is_announced_by_each_of_many_processes() {
    let redis = Redis::start();
    let flags = ["--history", "100", "--redis", &redis.url()];
    let (left, _right) = (process_with(&flags), process_with(&flags));
    a_gap_is_announced(&left);
}

/// Both polls say that something is missing, too.
#[test]
fn a_gap_is_announced_by_the_polls() {
    let server = start(&["--history", "100"]);
    let body = |path: &str, number: usize| match path {
        "/votes" => json!({"candidate": "Ada", "key": number.to_string()}).to_string(),
        _ => json!({"name": "Ada", "text": "hello", "key": number.to_string()}).to_string(),
    };
    for path in ["/votes", "/messages"] {
        let asks_after = |id: &str| -> Value {
            let response = gets(&server, &format!("{path}?after={id}"));
            assert_eq!(response.status, 200);
            serde_json::from_str(response.text()).unwrap()
        };
        for number in 0..2 {
            assert_eq!(posts(&server, path, &body(path, number)).status, 202);
        }
        let answer = asks_after("0-0");
        assert_ne!(answer["gap"], json!(true), "{path}: {answer}");
        let events = answer[path.trim_start_matches('/')].as_array().unwrap().clone();
        let first = events[0]["id"].as_str().unwrap();
        for number in 2..300 {
            assert_eq!(posts(&server, path, &body(path, number)).status, 202);
        }
        let answer = asks_after(first);
        assert_eq!(answer["gap"], json!(true), "{path}: no gap");
        let events = answer[path.trim_start_matches('/')].as_array().unwrap();
        assert!((100..200).contains(&events.len()), "{}", events.len());
        let before_last = events[events.len() - 2]["id"].as_str().unwrap();
        let answer = asks_after(before_last);
        assert_ne!(answer["gap"], json!(true), "{path}: {answer}");
    }
}

/// Strangers cannot make an occupied room forget, and neither the vote: many rooms with one message
/// each.
#[track_caller]
fn a_thousand_rooms_with_one_message(server: &Server, other: &Server) {
    const ROOMS: usize = 1_100;
    const THREADS: usize = 16;
    let mut ada = Page::enters(server, "occupied", "Ada");
    ada.sends_numbers(0, 20).is_confirmed();
    for number in 0..10 {
        let vote = json!({"candidate": "Hedy", "key": number.to_string()}).to_string();
        assert_eq!(posts(server, "/votes", &vote).status, 202);
    }
    thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || {
                for number in (thread..ROOMS).step_by(THREADS) {
                    let mut stranger = Page::enters(server, &format!("r{number}"), "Stranger");
                    stranger.sends("1").is_confirmed();
                    stranger.leaves();
                }
            });
        }
    });
    for server in [server, other] {
        let mut bob = Page::new("occupied", "Bob");
        bob.has_seen("0-0").is_admitted(server).sees("Ada 19");
        assert_eq!(bob.seen, numbers("Ada", 0, 20));
        assert!(!bob.received_gap());
        bob.leaves();
        let votes: Value =
            serde_json::from_str(gets(server, "/votes?after=0-0&wait=0").text()).unwrap();
        assert_eq!(votes["counts"]["Hedy"], 10, "{votes}");
        let mut page = Member::connects(server, "/vote/socket");
        assert_eq!(page.hears()["counts"]["Hedy"], 10);
    }
}

#[test]
fn a_thousand_rooms_with_one_message_in_one_process() {
    let server = start(&["--rate", "100000"]);
    a_thousand_rooms_with_one_message(&server, &server);
}

#[test]
#[ignore = "needs redis-server: just setup"]
fn a_thousand_rooms_with_one_message_in_two_processes() {
    let redis = Redis::start();
    a_thousand_rooms_with_one_message(&process(&redis), &process(&redis));
}

/// Confirmed is confirmed: the process is killed at once after "sent", and the message is there.
#[test]
#[ignore = "needs redis-server: just setup"]
fn a_confirmed_message_survives_its_process() {
    let redis = Redis::start();
    let right = process(&redis);
    let mut bob = Page::enters(&right, "tea", "Bob");
    for number in 0..5 {
        let left = process(&redis);
        let mut ada = Page::enters(&left, "tea", &format!("Ada{number}"));
        ada.sends_numbers(0, 20).receives_until(|page| page.unsent.len() < 10);
        drop(left);
        let confirmed = ada.seen.len();
        let last = ada.seen[confirmed - 1].clone();
        let id = id_of(&json!(ada.last()));
        bob.sees(&last);
        assert!(id_of(&json!(bob.last())) >= id);
    }
}

/// Redis removes old entries. A process that starts then still knows who is here and all counts, and
/// says that messages are missing.
#[test]
#[ignore = "needs redis-server: just setup"]
fn what_redis_has_trimmed_is_not_forgotten() {
    const VOTES: usize = 12_000;
    let redis = Redis::start();
    let left = process(&redis);
    let mut ada = Page::enters(&left, "tea", "Ada");
    ada.sends("1").is_confirmed();
    let first = ada.last().to_owned();
    ada.sends("2").is_confirmed();
    let mut voter = Member::connects(&left, "/vote/socket");
    for part in 0..VOTES / 1_000 {
        for number in 0..1_000 {
            let key = format!("{part} {number}");
            voter.says(&json!({"candidate": "Hedy", "key": key}).to_string());
        }
        while voter.hears_of("vote")["key"] != format!("{part} 999") {}
    }
    for key in redis.asks(&["KEYS", "*"]).lines() {
        if redis.asks(&["TYPE", key]) == "stream" {
            redis.asks(&["XTRIM", key, "MAXLEN", "=", "3000"]);
        }
    }
    let right = process(&redis);
    assert_eq!(stranger_tries(&right, "tea", "Ada").code(), Some(1008));
    let mut bob = Page::new("tea", "Bob");
    bob.has_seen(&first).is_admitted(&right).is_with(&["Ada", "Bob"]);
    ada.sends("3").is_confirmed();
    bob.sees("Ada 3");
    assert!(bob.received_gap(), "{:?}", bob.news);
    let counts = Member::connects(&right, "/vote/socket").hears();
    assert_eq!(counts["counts"]["Hedy"], VOTES);
}

/// A process without a folder and without Redis forgets everything when it ends. A page that comes
/// back is told of the gap.
#[test]
fn a_gap_is_announced_after_a_restart_that_has_lost_everything() {
    let server = start(&[]);
    let mut ada = Page::enters(&server, "tea", "Ada");
    let mut bob = Page::enters(&server, "tea", "Bob");
    bob.sends("1").is_confirmed();
    ada.sees("Bob 1").is_cut();
    bob.sends("2").is_confirmed();
    drop(server);
    let server = start(&[]);
    ada.is_admitted(&server);
    bob.is_admitted(&server).sends("3").is_confirmed();
    ada.sees("Bob 3");
    assert!(ada.received_gap(), "{:?}", ada.news);
}

//! A process is stopped. It loses nothing, and gives back the names of its members.

use std::time::{Duration, Instant};

use testkit::{Redis, STOP_TIME};

use crate::page::{Attempt, Page, numbers, stranger_tries};
use crate::process::{Remote, process, process_with};

/// As soon as the process has ended, everybody may have the names.
#[test]
#[ignore = "needs redis-server: just setup"]
fn a_clean_stop_gives_its_names_back() {
    let redis = Redis::start();
    // Redis is not so near that all is done before anybody looks.
    let (left, right) = (Remote::start_at(&redis, Duration::from_millis(20)), process(&redis));
    let (mut left, _proxy) = (left.server, left.proxy);
    let mut bob = Page::enters(&right, "tea", "Bob");
    let mut people: Vec<Page> =
        (0..20).map(|number| Page::enters(&left, "tea", &format!("Ada{number}"))).collect();
    left.asks_to_end();
    for page in &mut people {
        assert_eq!(page.receives_the_rest(), Some(1001));
    }
    assert!(left.waits_for_exit().success());
    for number in 0..20 {
        assert_eq!(stranger_tries(&right, "tea", &format!("Ada{number}")), Attempt::Admitted);
    }
    bob.sends("1").is_confirmed().is_with(&["Bob"]);
}

/// Everybody was told that the server stops, and they all come back over the other process at once.
#[test]
#[ignore = "needs redis-server: just setup"]
fn everybody_comes_back_after_a_clean_stop() {
    let redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut people: Vec<Page> =
        (0..20).map(|number| Page::enters(&left, "tea", &format!("Ada{number}"))).collect();
    let mut bob = Page::enters(&left, "tea", "Bob");
    bob.sends("0").is_confirmed();
    for page in &mut people {
        page.sees("Bob 0");
    }
    bob.sends_numbers(1, 500);
    left.asks_to_end();
    assert_eq!(bob.receives_the_rest(), Some(1001));
    bob.is_admitted(&right).is_confirmed();
    for page in &mut people {
        assert_eq!(page.receives_the_rest(), Some(1001));
        page.is_admitted(&right).sees("Bob 499");
        assert_eq!(page.seen, numbers("Bob", 0, 500));
    }
}

/// A member who is still reading what they have missed gets no newer message before that, so their
/// last id is right when they come back.
#[test]
#[ignore = "needs redis-server: just setup"]
fn a_stop_while_somebody_reads_8000_missed_messages_loses_nothing() {
    const COUNT: usize = 8_000;
    let redis = Redis::start();
    let flags = ["--redis", &redis.url(), "--max-queue", "100000"];
    let (left, right) = (process_with(&flags), process_with(&flags));
    let mut bob = Page::enters(&right, "tea", "Bob");
    // More than the kernel keeps for a reader who does not read, and less than a room keeps.
    bob.padding = 850;
    for part in 0..COUNT / 500 {
        bob.sends_numbers(part * 500, (part + 1) * 500).is_confirmed();
    }
    let mut ada = Page::new("tea", "Ada");
    ada.has_seen("0-0").is_admitted(&left);
    // She does not read while there are newer messages, and then the process stops.
    bob.sends_numbers(COUNT, COUNT + 25).is_confirmed();
    left.asks_to_end();
    ada.receives_the_rest();
    ada.is_admitted(&right).sees(&format!("Bob {}", COUNT + 24));
    assert_eq!(ada.seen.len(), COUNT + 25);
    assert!(ada.seen == numbers("Bob", 0, COUNT + 25), "not in order");
}

/// Told to stop while Redis is away, it stops. So it does while Redis hangs.
#[test]
#[ignore = "needs redis-server: just setup"]
fn a_process_stops_while_redis_is_away() {
    let redis = Redis::start();
    for hangs in [false, true] {
        let mut remote = Remote::start(&redis);
        let mut ada = Page::enters(&remote.server, "tea", "Ada");
        if hangs {
            remote.proxy.hangs();
        } else {
            remote.proxy.is_cut_off();
        }
        ada.is_alone();
        ada.sends("1").receives_until(|page| page.waiting().contains_key("Ada 1"));
        let began = Instant::now();
        remote.server.asks_to_end();
        assert_eq!(ada.receives_the_rest(), Some(1001));
        assert!(remote.server.waits_for_exit().success());
        assert!(began.elapsed() < STOP_TIME, "it took {:?}", began.elapsed());
    }
}

/// What was confirmed before the stop is there, and what was not confirmed can be sent again.
#[test]
#[ignore = "needs redis-server: just setup"]
fn rolling_restarts_lose_nothing() {
    let redis = Redis::start();
    let (mut old, mut new) = (process(&redis), process(&redis));
    let mut ada = Page::enters(&old, "tea", "Ada");
    let mut bob = Page::enters(&old, "tea", "Bob");
    // From here on, Bob has a last message.
    ada.sends("first").is_confirmed();
    bob.sees("Ada first");
    for round in 0..4 {
        ada.sends_numbers(round * 100, round * 100 + 50);
        old.asks_to_end();
        ada.sends_numbers(round * 100 + 50, round * 100 + 100);
        for page in [&mut ada, &mut bob] {
            assert_eq!(page.receives_the_rest(), Some(1001));
            page.is_admitted(&new);
        }
        ada.is_confirmed();
        assert!(old.waits_for_exit().success());
        old = new;
        new = process(&redis);
    }
    bob.sees("Ada 399");
    assert_eq!(bob.seen.len(), 401);
    assert_eq!(ada.seen, bob.seen);
}

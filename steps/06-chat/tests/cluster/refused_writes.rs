//! A Redis that answers reads and refuses writes counts as away. That is announced once, and what
//! is sent meanwhile is shown as waiting.

use std::time::Duration;

use testkit::Redis;

use crate::page::{Page, numbers};
use crate::process::process;

/// Plays the same scene with a Redis that stops taking writes, and takes them again.
#[track_caller]
fn writes_are_refused(redis: &Redis, stops: impl Fn(&Redis), starts: impl Fn(&Redis)) {
    let (left, right) = (process(redis), process(redis));
    let mut ada = Page::enters(&left, "tea", "Ada");
    let mut bob = Page::enters(&right, "tea", "Bob");
    ada.is_with(&["Ada", "Bob"]).sends("0").is_confirmed();
    bob.sees("Ada 0");
    stops(redis);
    ada.sends_numbers(1, 4);
    ada.is_alone();
    ada.receives_until(|page| page.waiting().len() == 3);
    bob.is_alone();
    ada.sends_numbers(4, 6);
    ada.receives_until(|page| page.waiting().len() == 5);
    // A member who comes back is admitted, and the other members stay.
    bob.is_cut().is_admitted(&right);
    ada.receives_for(Duration::from_secs(4));
    assert_eq!((ada.received_shared(false), ada.received_shared(true)), (1, 0), "{:?}", ada.news);
    assert!(ada.waiting().values().all(|times| *times == 1), "{:?}", ada.news);
    starts(redis);
    ada.is_confirmed().is_alone_no_more();
    bob.sees("Ada 5");
    for page in [&mut ada, &mut bob] {
        assert_eq!(page.seen, numbers("Ada", 0, 6));
        page.saw_nobody_leave(&["Ada", "Bob"]);
    }
    assert_eq!(ada.received_shared(false), 1, "{:?}", ada.news);
}

#[test]
#[ignore = "needs redis-server: just setup"]
fn because_its_memory_is_full() {
    let redis = Redis::start_with(&["--maxmemory-policy", "noeviction"]);
    let set = |size: &'static str| {
        move |redis: &Redis| drop(redis.asks(&["CONFIG", "SET", "maxmemory", size]))
    };
    writes_are_refused(&redis, set("1"), set("0"));
}

#[test]
#[ignore = "needs redis-server: just setup"]
fn because_it_has_become_a_replica() {
    let redis = Redis::start();
    // The replica of a primary that does not exist: nothing can listen on this port.
    let becomes_a_replica = |redis: &Redis| drop(redis.asks(&["REPLICAOF", "127.0.0.1", "1"]));
    let is_primary_again = |redis: &Redis| drop(redis.asks(&["REPLICAOF", "NO", "ONE"]));
    writes_are_refused(&redis, becomes_a_replica, is_primary_again);
}

#[test]
#[ignore = "needs redis-server: just setup"]
fn because_it_cannot_save_a_snapshot() {
    let redis = Redis::start_with(&["--save", "3600 1", "--enable-protected-configs", "yes"]);
    writes_are_refused(&redis, Redis::cannot_save, Redis::can_save);
}

#[test]
#[ignore = "needs redis-server: just setup"]
fn because_too_few_replicas_are_connected() {
    let redis = Redis::start();
    let set = |count: &'static str| {
        move |redis: &Redis| drop(redis.asks(&["CONFIG", "SET", "min-replicas-to-write", count]))
    };
    writes_are_refused(&redis, set("1"), set("0"));
}

//! Somebody comes back with the right session: they are admitted at any moment, over any process,
//! and see every message once.

use std::time::Duration;

use serde_json::json;
use testkit::{PATIENCE, Redis};

use crate::page::{Attempt, Page, numbers, stranger_tries};
use crate::process::{LEASE, Remote, process, process_at, process_with};
use crate::support::start;

/// The new connection takes the name over. The old one is closed, and nobody is reported to have
/// left.
#[test]
#[ignore = "needs redis-server: just setup"]
fn over_another_process_while_the_old_connection_is_open() {
    let redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut bob = Page::enters(&left, "tea", "Bob");
    let mut ada = Page::enters(&left, "tea", "Ada");
    bob.is_with(&["Ada", "Bob"]);
    let mut old = ada.opens(&right).unwrap();
    assert_eq!(ada.waits_for_admission(PATIENCE), Attempt::Admitted);
    assert_eq!(old.expects_close(1008).close_reason(), "this name is now used in another window");
    ada.sends("still here").is_confirmed();
    bob.sees("Ada still here");
    bob.saw_nobody_leave(&["Ada"]);
    for server in [&left, &right] {
        Page::enters(server, "tea", "Cy").is_with(&["Ada", "Bob", "Cy"]);
    }
}

/// The others do not have to wait until it is clear that the process is dead.
#[test]
#[ignore = "needs redis-server: just setup"]
fn at_once_after_the_process_was_killed() {
    let redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut bob = Page::enters(&right, "tea", "Bob");
    let mut ada = Page::enters(&left, "tea", "Ada");
    let _dee = Page::enters(&left, "tea", "Dee");
    ada.sends("1").is_confirmed();
    bob.is_with(&["Ada", "Bob", "Dee"]);
    drop(left);
    ada.is_admitted(&right).sends("2").is_confirmed();
    bob.sees("Ada 2");
    // Dee does not come back. So the others learn that her process has gone.
    bob.is_with(&["Ada", "Bob"]);
    bob.saw_nobody_leave(&["Ada"]);
    assert_eq!(bob.seen, ["Ada 1", "Ada 2"]);
}

/// A process that is started in place of another one knows who the names belong to.
#[test]
#[ignore = "needs redis-server: just setup"]
fn at_once_after_the_only_process_was_restarted() {
    let redis = Redis::start();
    let left = process(&redis);
    let mut ada = Page::enters(&left, "tea", "Ada");
    ada.sends("1").is_confirmed();
    drop(left);
    let right = process(&redis);
    assert_eq!(stranger_tries(&right, "tea", "Ada").code(), Some(1008));
    ada.is_admitted(&right).sends("2").is_confirmed();
    assert_eq!(ada.seen, ["Ada 1", "Ada 2"]);
}

/// The process of the old connection does not answer anybody.
#[cfg(unix)]
#[test]
#[ignore = "needs redis-server: just setup"]
fn while_the_old_process_hangs() {
    let redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut cy = Page::enters(&left, "tea", "Cy");
    let mut ada = Page::enters(&left, "tea", "Ada");
    let mut bob = Page::enters(&right, "tea", "Bob");
    bob.is_with(&["Ada", "Bob", "Cy"]);
    left.hangs();
    let mut old = ada.opens(&right).unwrap();
    assert_eq!(ada.waits_for_admission(PATIENCE), Attempt::Admitted);
    bob.is_with(&["Ada", "Bob"]);
    // The old process learns that the others took it for dead. Cy, who is still connected, gets his
    // name back. Ada stays where she went.
    left.goes_on();
    old.expects_close(1008);
    bob.is_with(&["Ada", "Bob", "Cy"]);
    ada.sends("1").is_confirmed();
    for page in [&mut bob, &mut cy] {
        page.sees("Ada 1");
        page.saw_nobody_leave(&["Ada"]);
    }
}

/// This process knows the log, so it admits the visitor without asking others. The old connections
/// are still open, so nobody has left.
#[test]
#[ignore = "needs redis-server: just setup"]
fn while_redis_is_away() {
    let mut redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut ada = Page::enters(&left, "tea", "Ada");
    let mut bob = Page::enters(&left, "tea", "Bob");
    let mut cy = Page::enters(&right, "tea", "Cy");
    cy.is_with(&["Ada", "Bob", "Cy"]);
    bob.sends("1").is_confirmed();
    cy.sees("Bob 1");
    ada.sees("Bob 1");
    redis.dies();
    for page in [&mut bob, &mut cy] {
        page.is_alone();
    }
    // Over the same process, and over the other one.
    let mut old = Vec::new();
    for server in [&left, &right] {
        old.extend(ada.opens(server));
        assert_eq!(ada.waits_for_admission(PATIENCE), Attempt::Admitted);
    }
    // Those who are not known have to wait, and are not refused for good.
    let dee = Page::new("tea", "Dee").tries(&left);
    assert_eq!(dee.code(), Some(1013), "{dee:?}");
    redis.comes_back();
    ada.sends("2").is_confirmed();
    for page in [&mut bob, &mut cy] {
        page.sees("Ada 2").saw_nobody_leave(&["Ada"]);
    }
    assert_eq!(ada.seen, ["Bob 1", "Ada 2"]);
    for mut wire in old {
        wire.expects_close(1008);
    }
    for server in [&left, &right] {
        assert_eq!(stranger_tries(server, "tea", "Ada").code(), Some(1008));
    }
}

/// The same when the old connections have ended. Before and after the outage, everybody is there.
#[test]
#[ignore = "needs redis-server: just setup"]
fn with_a_new_connection_while_redis_is_away() {
    let mut redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut people = [
        Page::enters(&left, "tea", "Ada"),
        Page::enters(&right, "tea", "Bob"),
        Page::enters(&left, "tea", "Cy"),
    ];
    for page in &mut people {
        page.is_with(&["Ada", "Bob", "Cy"]);
    }
    redis.dies();
    for page in &mut people {
        page.is_alone();
    }
    let [ada, bob, cy] = &mut people;
    ada.is_cut().is_admitted(&left);
    bob.is_cut().is_admitted(&left);
    bob.is_cut().is_admitted(&right);
    redis.comes_back();
    for page in [&mut *ada, &mut *bob, &mut *cy] {
        page.sends("1").is_confirmed();
    }
    cy.sees("Ada 1").sees("Bob 1");
    // Over her own process, Ada was there all the time.
    cy.saw_nobody_leave(&["Ada"]);
    ada.saw_nobody_leave(&["Ada"]);
    let _dee = Page::enters(&right, "tea", "Dee");
    for page in &mut people {
        page.is_with(&["Ada", "Bob", "Cy", "Dee"]);
    }
}

/// A connection that hangs is not noticed at once. Until then, the process looks connected. It goes
/// on before the lease is over.
#[test]
#[ignore = "needs redis-server: just setup"]
fn while_redis_hangs_and_nobody_has_noticed_yet() {
    let redis = Redis::start();
    let (left, right) = (Remote::start(&redis), process(&redis));
    let mut ada = Page::enters(&left.server, "tea", "Ada");
    let mut bob = Page::enters(&right, "tea", "Bob");
    bob.is_with(&["Ada", "Bob"]);
    left.proxy.hangs();
    let _old = ada.opens(&left.server);
    ada.waits_for_admission(Duration::from_secs(1));
    left.proxy.goes_on();
    assert_eq!(ada.waits_for_admission(PATIENCE), Attempt::Admitted);
    ada.sends("1").is_confirmed();
    bob.sees("Ada 1");
    bob.saw_nobody_leave(&["Ada"]);
}

/// A page is thrown from one process to the other and back while somebody else talks. Its old
/// connections are still open when it comes back.
#[test]
#[ignore = "needs redis-server: just setup"]
fn forty_times_while_somebody_talks() {
    const TIMES: usize = 40;
    let redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut bob = Page::enters(&left, "tea", "Bob");
    let mut ada = Page::enters(&right, "tea", "Ada");
    bob.sends("0").is_confirmed();
    // From here on, she has a last message.
    ada.sees("Bob 0");
    let mut old = Vec::new();
    for time in 0..TIMES {
        bob.sends_numbers((time * 10).max(1), time * 10 + 5);
        old.extend(ada.opens([&left, &right][time % 2]));
        bob.sends_numbers(time * 10 + 5, time * 10 + 10);
        assert_eq!(ada.waits_for_admission(PATIENCE), Attempt::Admitted, "time {time}");
    }
    bob.is_confirmed();
    ada.sees(&format!("Bob {}", TIMES * 10 - 1));
    assert_eq!(ada.seen, numbers("Bob", 0, TIMES * 10));
    bob.saw_nobody_leave(&["Ada"]);
}

/// The page has received messages from a fast process that have not reached the slow one yet. They
/// must not be sent again when they arrive there.
#[test]
#[ignore = "needs redis-server: just setup"]
fn over_a_process_that_lags() {
    let redis = Redis::start();
    let (left, right) = (process(&redis), Remote::start(&redis));
    let mut bob = Page::enters(&left, "tea", "Bob");
    let mut ada = Page::enters(&left, "tea", "Ada");
    let _cy = Page::enters(&right.server, "tea", "Cy");
    // Whatever the process asks Redis takes half a second.
    right.proxy.delays(Duration::from_millis(500));
    for round in 0..3 {
        bob.sends_numbers(round * 200, round * 200 + 100).is_confirmed();
        ada.sees(&format!("Bob {}", round * 200 + 99));
        ada.is_admitted(&right.server);
        bob.sends_numbers(round * 200 + 100, round * 200 + 200).is_confirmed();
        ada.sees(&format!("Bob {}", round * 200 + 199));
        ada.is_admitted(&left);
    }
    assert_eq!(ada.seen, numbers("Bob", 0, 600));
}

/// A process that has just started has to read the log first.
#[test]
#[ignore = "needs redis-server: just setup"]
fn over_a_process_that_has_just_started() {
    const COUNT: usize = 5_000;
    let redis = Redis::start();
    let left = process(&redis);
    let mut bob = Page::enters(&left, "tea", "Bob");
    let mut ada = Page::enters(&left, "tea", "Ada");
    bob.sends_numbers(0, COUNT).is_confirmed();
    ada.sees(&format!("Bob {}", COUNT - 1));
    let right = start(&["--redis", &redis.url(), "--rate", "100000"]);
    ada.is_admitted(&right);
    // Bob's own messages come as those of the others do.
    let mut bob_there = Page::new("tea", "Bob");
    bob_there.is_admitted(&right);
    ada.sends("the end").is_confirmed();
    assert_eq!(ada.seen.len(), COUNT + 1);
    bob_there.sees("Ada the end");
    assert_eq!(bob_there.seen[..50], numbers("Bob", COUNT - 50, COUNT));
    assert_eq!(bob_there.seen.len(), 51);
}

/// The same for those who have never been here. They get the last 50 messages, and not thousands.
#[test]
#[ignore = "needs redis-server: just setup"]
fn a_newcomer_to_a_process_that_has_just_started_gets_the_last_50_messages() {
    const COUNT: usize = 5_000;
    let redis = Redis::start();
    let left = process(&redis);
    let mut bob = Page::enters(&left, "tea", "Bob");
    bob.sends_numbers(0, COUNT).is_confirmed();
    let right = start(&["--redis", &redis.url()]);
    let mut ada = Page::enters(&right, "tea", "Ada");
    bob.sends("the end").is_confirmed();
    ada.sees("Bob the end");
    assert_eq!(ada.seen[..50], numbers("Bob", COUNT - 50, COUNT));
    assert_eq!(ada.seen.len(), 51);
}

/// On any process, the messages that a page has missed come as `message`, its own among them.
#[test]
#[ignore = "needs redis-server: just setup"]
fn own_messages_that_were_missed_come_as_those_of_others() {
    let redis = Redis::start();
    let left = process(&redis);
    let mut ada = Page::enters(&left, "tea", "Ada");
    ada.sends_numbers(0, 3).is_confirmed();
    let right = start(&["--redis", &redis.url()]);
    for server in [&left, &right] {
        let mut again = Page::new("tea", "Ada");
        again.has_seen("0-0").is_admitted(server);
        for number in 0..3 {
            let received = again.receives();
            assert_eq!(
                (&received["type"], &received["key"]),
                (&json!("message"), &json!(number.to_string()))
            );
        }
    }
}

/// The page has sent a message, and the connection was cut before it was confirmed. It sends the
/// message again over another process, under the same key.
#[test]
#[ignore = "needs redis-server: just setup"]
fn a_message_that_is_sent_again_over_another_process_counts_once() {
    let redis = Redis::start();
    let (left, right) = (Remote::start(&redis), process(&redis));
    let mut bob = Page::enters(&right, "tea", "Bob");
    let mut ada = Page::enters(&left.server, "tea", "Ada");
    left.proxy.hangs();
    ada.sends_numbers(0, 10).is_cut();
    ada.comes_back(&right).is_confirmed();
    // The messages of the slow process arrive late.
    left.proxy.goes_on();
    let mut cy = Page::enters(&left.server, "tea", "Cy");
    cy.sends("the end").is_confirmed();
    for page in [&mut ada, &mut bob] {
        page.sees("Cy the end");
        assert_eq!(page.seen[..10], numbers("Ada", 0, 10));
        assert_eq!(page.seen.len(), 11);
    }
}

/// A process that has never been connected does not know who the names belong to.
#[test]
#[ignore = "needs redis-server: just setup"]
fn over_a_process_that_has_never_been_connected() {
    let mut redis = Redis::away();
    let server = start(&["--redis", &redis.url()]);
    let mut ada = Page::new("tea", "Ada");
    assert_eq!(ada.opens(&server).map(drop), None);
    // It waits,
    assert_eq!(ada.waits_for_admission(Duration::from_secs(1)), Attempt::NoAnswer);
    redis.comes_back();
    // and is admitted when Redis is there.
    assert_eq!(ada.waits_for_admission(PATIENCE), Attempt::Admitted);
    ada.sends("1").is_confirmed();
}

/// While Redis is away, the page is asked to try again later. 1008 would be final for it.
#[test]
#[ignore = "needs redis-server: just setup"]
fn over_a_process_whose_redis_does_not_come() {
    let redis = Redis::away();
    let server = start(&["--redis", &redis.url()]);
    assert_eq!(Page::new("tea", "Ada").tries(&server).code(), Some(1013));
}

/// The process was cut off for so long that the others have taken it for dead. Its members have
/// stayed, so they are back when it is.
#[test]
#[ignore = "needs redis-server: just setup"]
fn to_a_process_that_was_taken_for_dead() {
    let redis = Redis::start();
    let (left, right) = (Remote::start(&redis), process(&redis));
    let mut ada = Page::enters(&left.server, "tea", "Ada");
    let mut dee = Page::enters(&left.server, "tea", "Dee");
    let mut bob = Page::enters(&right, "tea", "Bob");
    bob.is_with(&["Ada", "Bob", "Dee"]);
    left.proxy.is_cut_off();
    ada.is_alone();
    bob.is_with(&["Bob"]);
    // Ada comes back to the same process, which knows her.
    ada.is_cut().is_admitted(&left.server);
    left.proxy.leads_to(redis.address());
    bob.is_with(&["Ada", "Bob", "Dee"]);
    for page in [&mut ada, &mut dee] {
        page.sends("1").is_confirmed();
    }
    bob.sees("Ada 1").sees("Dee 1");
    assert_eq!(dee.received_shared(false), 1, "{:?}", dee.news);
}

/// The process was cut off for less than the lease: for the others nothing has happened.
#[test]
#[ignore = "needs redis-server: just setup"]
fn to_a_process_that_was_cut_off_for_a_second() {
    let redis = Redis::start();
    let (left, right) = (Remote::start(&redis), process_at(&redis.url()));
    let mut ada = Page::enters(&left.server, "tea", "Ada");
    let mut bob = Page::enters(&right, "tea", "Bob");
    bob.is_with(&["Ada", "Bob"]);
    left.proxy.is_cut_off();
    ada.is_alone();
    ada.sends("1").is_cut().is_admitted(&left.server);
    bob.receives_for(Duration::from_secs(1));
    left.proxy.leads_to(redis.address());
    ada.is_confirmed();
    bob.sees("Ada 1").receives_for(LEASE);
    bob.saw_nobody_leave(&["Ada"]);
    assert_eq!(bob.seen, ["Ada 1"]);
}

/// A member does not read for a while, and may be closed for that. Whether they are or not, they
/// see every message once.
#[test]
#[ignore = "needs redis-server: just setup"]
fn after_having_read_too_slowly() {
    const COUNT: usize = 6_000;
    let redis = Redis::start();
    let flags = ["--redis", &redis.url(), "--max-queue", "100000"];
    let (left, right) = (process_with(&flags), process_with(&flags));
    let mut bob = Page::enters(&right, "tea", "Bob");
    let mut ada = Page::enters(&left, "tea", "Ada");
    bob.sends("0").is_confirmed();
    ada.sees("Bob 0");
    // More than the kernel keeps for a reader who does not read.
    bob.padding = 1_000;
    for from in (1..COUNT).step_by(500) {
        bob.sends_numbers(from, COUNT.min(from + 500)).is_confirmed();
    }
    let last = format!("Bob {}", COUNT - 1);
    while ada.seen.last().is_none_or(|seen| *seen != last) {
        if ada.receives_within(PATIENCE).is_none() {
            assert_eq!(ada.closed.as_ref().map(|(code, _)| *code), Some(1013));
            ada.is_admitted(&right);
        }
    }
    assert!(ada.seen == numbers("Bob", 0, COUNT), "not in order");
    assert!(!ada.received_gap(), "{:?}", ada.news);
}

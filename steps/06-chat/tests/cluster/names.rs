//! A name has one holder at a time in the whole cluster, and a name that nobody holds is free.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use testkit::{Frame, Redis, Wire};

use crate::page::{Attempt, Page, is_free_within, stranger_tries};
use crate::process::{LEASE, Remote, process};
use crate::support::{Member, start};

/// The longest time until a name of a dead process is free: the lease, and some time to notice.
const UNTIL_FREE: Duration = Duration::from_secs(LEASE.as_secs() + 3);

/// Fault F22, across processes.
#[test]
#[ignore = "needs redis-server: just setup"]
fn a_name_belongs_to_one_in_all_processes() {
    let redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut ada = Member::enters(&left, "/ws/tea/Ada?session=a");
    for target in ["/ws/tea/Ada", "/ws/tea/Ada?session=b"] {
        let reason = Member::connects(&right, target).expects_close(1008);
        assert_eq!(reason, "that name is taken here: choose another");
    }
    // In another room it is free.
    Member::enters(&right, "/ws/coffee/Ada");
    let mut bob = Member::enters(&right, "/ws/tea/Bob");
    ada.hears_names("joined", &["Bob"]);
    bob.says("hello").hears_of("sent");
    assert_eq!(ada.hears_of("message")["msg"], "hello");
    ada.leaves();
    bob.hears_names("left", &["Ada"]);
    Page::enters(&left, "tea", "Cy").is_with(&["Bob", "Cy"]);
    Member::enters(&right, "/ws/tea/Ada?session=b");
}

/// Whoever is admitted knows at once who else is here, on whichever process.
#[test]
#[ignore = "needs redis-server: just setup"]
fn everyone_knows_who_is_here_in_all_processes() {
    let redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let _first = Page::enters(&right, "tea", "Eve");
    let mut names = vec!["Eve".to_owned()];
    for number in 0..10 {
        let name = format!("Ada{number}");
        let mut ada = Page::enters([&left, &right][number % 2], "tea", &name);
        names.push(name);
        names.sort();
        assert_eq!(ada.here.iter().cloned().collect::<Vec<_>>(), names);
        ada.sends("1").is_confirmed();
        let visitor = Page::enters([&right, &left][number % 2], "tea", "Visitor");
        let here = visitor.here.iter().filter(|name| *name != "Visitor");
        assert_eq!(here.cloned().collect::<Vec<_>>(), names);
        visitor.leaves();
        // Ada stays connected, and is not read any more.
        std::mem::forget(ada);
    }
}

/// Members who are listed in the welcome are not reported as joined, and a visitor who was never
/// here is not reported to have left.
#[test]
#[ignore = "needs redis-server: just setup"]
fn nobody_is_reported_twice() {
    let redis = Redis::start();
    let servers = [process(&redis), process(&redis)];
    for round in 0..10 {
        let room = format!("tea{round}");
        let names: Vec<String> = (0..10).map(|person| format!("P{person}")).collect();
        let mut people: Vec<Page> = thread::scope(|scope| {
            let enters = |(person, name): (usize, &String)| {
                let (room, server) = (&room, &servers[person % 2]);
                let name = name.clone();
                scope.spawn(move || Page::enters(server, room, &name))
            };
            let threads: Vec<_> = names.iter().enumerate().map(enters).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        for page in &mut people {
            page.is_with(&names);
        }
        people.swap_remove(0).leaves();
        for page in &mut people {
            page.is_with(&names[1..]);
            let mut here: Vec<Value> = page.news[0]["here"].as_array().unwrap().clone();
            for news in &page.news[1..] {
                for name in news["names"].as_array().unwrap() {
                    let has_joined = news["type"] == "joined";
                    assert_ne!(here.contains(name), has_joined, "{name}: {:?}", page.news);
                    here.retain(|other| other != name);
                    here.extend(has_joined.then(|| name.clone()));
                }
            }
        }
    }
}

/// A person joins before they speak, and leaves after they have spoken, for those on another
/// process too.
#[test]
#[ignore = "needs redis-server: just setup"]
fn joined_comes_before_the_first_message_and_left_after_the_last() {
    let redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut bob = Page::enters(&right, "tea", "Bob");
    for number in 0..20 {
        let name = format!("Ada{number}");
        let mut ada = Page::enters(&left, "tea", &name);
        ada.sends("1").is_confirmed();
        ada.leaves();
        bob.sees(&format!("{name} 1"));
        assert!(bob.here.contains(&name), "{name} has not joined: {:?}", bob.news);
        bob.is_with(&["Bob"]);
    }
}

/// Fault F18, for a whole process: it is killed, and its members have left.
#[test]
#[ignore = "needs redis-server: just setup"]
fn the_members_of_a_process_that_is_killed_have_left() {
    let redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut ada = Page::enters(&left, "tea", "Ada");
    let _bob = Page::enters(&right, "tea", "Bob");
    let _cy = Page::enters(&right, "tea", "Cy");
    ada.is_with(&["Ada", "Bob", "Cy"]);
    drop(right);
    drop(is_free_within(&left, "tea", "Bob", UNTIL_FREE));
    ada.receives_until(|page| page.received_left("Bob") && page.received_left("Cy"));
}

/// Many try to get one name at the same time over two processes: one of them has it.
#[test]
#[ignore = "needs redis-server: just setup"]
fn one_of_many_who_claim_a_name_at_once_has_it() {
    const PEOPLE: usize = 40;
    let redis = Redis::start();
    let servers = [process(&redis), process(&redis)];
    for round in 0..5 {
        let room = format!("tea{round}");
        let barrier = Barrier::new(PEOPLE);
        let attempts: Vec<(Attempt, Page)> = thread::scope(|scope| {
            let claim = |number: usize| {
                let (barrier, room, server) = (&barrier, &room, &servers[number % 2]);
                scope.spawn(move || {
                    let mut page = Page::with_session(room, "Ada", &number.to_string());
                    barrier.wait();
                    (page.tries(server), page)
                })
            };
            let threads: Vec<_> = (0..PEOPLE).map(claim).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let refused = attempts.iter().filter(|(attempt, _)| attempt.code() == Some(1008));
        let admitted = attempts.iter().filter(|(attempt, _)| *attempt == Attempt::Admitted);
        assert_eq!((admitted.count(), refused.count()), (1, PEOPLE - 1), "round {round}");
    }
}

/// The first letter of the second name is Cyrillic. Over different processes and at the same moment,
/// one of them gets in, and both processes agree on which.
#[test]
#[ignore = "needs redis-server: just setup"]
fn of_names_that_look_alike_and_are_claimed_at_once_one_is_given() {
    let redis = Redis::start();
    let servers = [process(&redis), process(&redis)];
    for round in 0..20 {
        let room = format!("tea{round}");
        let barrier = Barrier::new(2);
        let attempts: Vec<(Attempt, Page)> = thread::scope(|scope| {
            let claim = |number: usize| {
                let (barrier, room, server) = (&barrier, &room, &servers[number]);
                scope.spawn(move || {
                    let name = ["Ada", "Аda"][number];
                    let mut page = Page::with_session(room, name, &number.to_string());
                    barrier.wait();
                    (page.tries(server), page)
                })
            };
            let threads: Vec<_> = (0..2).map(claim).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let codes: Vec<Option<u16>> = attempts.iter().map(|(attempt, _)| attempt.code()).collect();
        assert!(codes == [None, Some(1008)] || codes == [Some(1008), None], "{codes:?}");
    }
}

/// The attempt reached Redis late, after the client had given up. It does no harm.
#[test]
#[ignore = "needs redis-server: just setup"]
fn a_name_that_was_claimed_while_redis_hung_is_free() {
    let redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut bob = Page::enters(&right, "tea", "Bob");
    redis.hangs();
    let mut ada = Page::new("tea", "Ada");
    ada.opens(&left);
    // Long enough for today's timeout of a claim, which is a second.
    let attempt = ada.waits_for_admission(Duration::from_millis(1_500));
    assert_ne!(attempt.code(), Some(1008), "{attempt:?}");
    ada.is_cut();
    redis.goes_on();
    let mut stranger = is_free_within(&right, "tea", "Ada", UNTIL_FREE);
    stranger.sends("1").is_confirmed();
    bob.sees("Ada 1");
    stranger.leaves();
    drop(is_free_within(&left, "tea", "Ada", UNTIL_FREE));
}

/// The same if only one process has trouble, until it gives up by itself: it asks the client to try
/// again later.
#[test]
#[ignore = "needs redis-server: just setup"]
fn a_name_that_was_claimed_by_a_process_in_trouble_is_free() {
    let redis = Redis::start();
    let (left, right) = (Remote::start(&redis), process(&redis));
    let mut bob = Page::enters(&right, "tea", "Bob");
    left.proxy.hangs();
    let attempt = Page::new("tea", "Ada").tries(&left.server);
    assert_eq!(attempt.code(), Some(1013), "{attempt:?}");
    // The claim arrives now.
    left.proxy.goes_on();
    let mut stranger = is_free_within(&right, "tea", "Ada", UNTIL_FREE);
    stranger.sends("1").is_confirmed();
    bob.sees("Ada 1");
}

/// The client goes while its claim is under way.
#[test]
#[ignore = "needs redis-server: just setup"]
fn a_name_whose_claimant_went_away_at_once_is_free() {
    let redis = Redis::start();
    let (left, right) = (Remote::start_at(&redis, Duration::from_millis(100)), process(&redis));
    let mut bob = Page::enters(&right, "tea", "Bob");
    for number in 0..10 {
        let mut ada = Page::new("tea", &format!("Ada{number}"));
        ada.opens(&left.server);
        ada.waits_for_admission(Duration::from_millis(20 * number));
        ada.is_cut();
    }
    for number in 0..10 {
        let name = format!("Ada{number}");
        is_free_within(&right, "tea", &name, UNTIL_FREE).leaves();
    }
    bob.sends("1").is_confirmed().is_with(&["Bob"]);
}

/// A visitor takes a name over from an older connection, and is closed for a mistake. Then the name
/// is free, although the older connection has not ended yet.
#[test]
#[ignore = "needs redis-server: just setup"]
fn a_name_of_somebody_who_was_closed_is_free() {
    let redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    for server in [&left, &right] {
        let mut older = Member::enters(&left, "/ws/tea/Ada?session=a");
        let mut ada = Member::enters(&left, "/ws/tea/Ada?session=a");
        // Only now the newer connection has the name. If it ended before, the older one would keep it.
        let close = older.wire.expects_close(1008);
        // 1003: only texts, please.
        ada.wire.sends_frame(&Frame::binary([0])).expects_close(1003);
        is_free_within(server, "tea", "Ada", UNTIL_FREE).leaves();
        older.wire.sends_frame(&close).expects_end();
    }
}

/// Entering and leaving at the same moment leave one room of a name, and not two: those who are in
/// it see each other's messages.
#[test]
fn those_who_enter_while_others_leave_are_in_one_room() {
    const PEOPLE: usize = 20;
    const ROUNDS: usize = 10;
    let server = start(&[]);
    let barrier = Barrier::new(PEOPLE);
    for round in 0..ROUNDS {
        let mut people: Vec<Page> = thread::scope(|scope| {
            let comes = |person: usize| {
                let (server, barrier) = (&server, &barrier);
                scope.spawn(move || {
                    let mut page = Page::new("tea", &format!("P{person}"));
                    barrier.wait();
                    page.is_admitted(server);
                    // Half of them leave while the others are just coming.
                    if person.is_multiple_of(2) {
                        page.leaves();
                        return None;
                    }
                    Some(page)
                })
            };
            let threads: Vec<_> = (0..PEOPLE).map(comes).collect();
            threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
        });
        let key = round.to_string();
        people[0].sends(&key).is_confirmed();
        for page in &mut people {
            page.sees(&format!("P1 {key}"));
        }
        for page in people {
            page.leaves();
        }
    }
}

/// A connection that was replaced and is still busy belongs to a room that was closed meanwhile.
/// When it ends, it does not close the room that others have opened since.
#[test]
fn a_connection_that_ends_late_does_not_close_the_room_of_others() {
    let server = start(&["--rate", "1000000"]);
    for round in 0..10 {
        let mut old = Wire::connect(&server);
        old.opens("/ws/tea/Ada?session=session-of-Ada").expects_frame();
        old.sends_frames(&vec![Frame::text(r#"{"typing": true}"#); 10_000]);
        Page::enters(&server, "tea", "Ada").leaves();
        let mut bob = Page::enters(&server, "tea", "Bob");
        old.expects_close(1008);
        let mut cy = Page::enters(&server, "tea", "Cy");
        let key = round.to_string();
        bob.sends(&key).is_confirmed();
        cy.sees(&format!("Bob {key}")).is_with(&["Bob", "Cy"]);
        bob.leaves();
        cy.leaves();
    }
}

/// Many enter and leave at the same moment, and nobody stays behind as a ghost.
#[test]
#[ignore = "needs redis-server: just setup"]
fn nobody_stays_behind_when_many_come_and_go() {
    const PEOPLE: usize = 20;
    let redis = Redis::start();
    let servers = [process(&redis), process(&redis)];
    let mut bob = Page::enters(&servers[0], "tea", "Bob");
    thread::scope(|scope| {
        for person in 0..PEOPLE {
            let servers = &servers;
            scope.spawn(move || {
                for round in 0..10 {
                    let mut page = Page::new("tea", &format!("P{person}"));
                    page.comes_back(&servers[(person + round) % 2]);
                    if round % 3 == 0 {
                        page.is_cut();
                    } else {
                        page.leaves();
                    }
                }
            });
        }
    });
    bob.sends("the end").sees("Bob the end").is_with(&["Bob"]);
    for server in &servers {
        let mut cy = Page::enters(server, "tea", "Cy");
        cy.is_with(&["Bob", "Cy"]);
        cy.leaves();
        assert_eq!(stranger_tries(server, "tea", "Bob").code(), Some(1008));
    }
}

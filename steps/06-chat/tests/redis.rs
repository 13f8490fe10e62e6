//! Many people in many processes, with a Redis between them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::collections::{BTreeSet, HashSet};

use serde_json::{Value, json};
use support::{Member, start};
use testkit::{Redis, Server};

mod support;

/// Who says something while Redis goes and comes.
const NAMES: [&str; 4] = ["Ada", "Bob", "Cy", "Dee"];

/// A process that hears the others.
fn process(redis: &Redis) -> Server {
    let server = start(&["--redis", &redis.url(), "--rate", "100000"]);
    // In a room of its own, in which no other process has a probe.
    let mut probe = Member::connects(&server, &format!("/ws/{}/Probe", server.pid()));
    if probe.hears()["shared"] == false {
        while probe.hears_of("shared")["shared"] == false {}
    }
    server
}

/// Waits until a newcomer knows that these are here. What a process does not know yet of the others
/// when somebody comes, it tells them within half a second.
fn waits_until_here(server: &Server, names: &[&str]) {
    let mut visitor = Member::connects(server, "/ws/tea/Visitor?session=v");
    let mut here = BTreeSet::new();
    while here.iter().filter(|name| *name != "Visitor").ne(names) {
        let told = visitor.hears();
        let names = |field: &str| -> BTreeSet<String> {
            serde_json::from_value(told[field].clone()).unwrap_or_default()
        };
        match told["type"].as_str() {
            Some("welcome") => here.extend(names("here")),
            Some("joined") => here.extend(names("names")),
            Some("left") => here = &here - &names("names"),
            _ => {}
        }
    }
    visitor.leaves();
}

#[test]
#[ignore = "needs redis-server: just setup"]
fn people_in_two_processes_talk_in_one_order() {
    const COUNT: usize = 200;
    let redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut ada = Member::enters(&left, "/ws/tea/Ada");
    let mut bob = Member::enters(&right, "/ws/tea/Bob");
    // They speak at the same time.
    for number in 0..COUNT {
        ada.says(&format!(r#"{{"msg": "hello", "key": "{number}"}}"#));
        bob.says(&format!(r#"{{"msg": "hi", "key": "{number}"}}"#));
    }
    let heard = order(&mut ada, "Ada", 2 * COUNT);
    assert_eq!(heard, order(&mut bob, "Bob", 2 * COUNT));
    for name in ["Ada", "Bob"] {
        let own: Vec<&str> = heard.iter().filter_map(|said| said.strip_prefix(name)).collect();
        assert_eq!(own, (0..COUNT).map(|number| format!(" {number}")).collect::<Vec<_>>());
    }
    // Who comes now finds them in either process.
    for server in [&left, &right] {
        let mut cy = Member::enters(server, "/ws/tea/Cy?after=0-0");
        assert_eq!(order(&mut cy, "Cy", 2 * COUNT), heard);
        cy.leaves();
    }
}

/// What somebody is told of so many messages, their own among them, in its order.
fn order(member: &mut Member, who: &str, count: usize) -> Vec<String> {
    let mut heard = Vec::new();
    while heard.len() < count {
        heard.extend(said(&member.hears(), who));
    }
    heard
}

/// Whose message this is about, and its key; `None` if it is no message that has its place.
fn said(told: &Value, who: &str) -> Option<String> {
    let sender = match told["type"].as_str()? {
        "sent" => who,
        "message" => told["sender"].as_str()?,
        _ => return None,
    };
    Some(format!("{sender} {}", told["key"].as_str()?))
}

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
    waits_until_here(&left, &["Bob"]);
    Member::enters(&right, "/ws/tea/Ada?session=b");
}

#[test]
#[ignore = "needs redis-server: just setup"]
fn everyone_knows_who_is_here_in_all_processes() {
    let redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut ada = Member::enters(&left, "/ws/tea/Ada");
    let bob = Member::enters(&right, "/ws/tea/Bob");
    ada.hears_names("joined", &["Bob"]);
    waits_until_here(&left, &["Ada", "Bob"]);
    waits_until_here(&right, &["Ada", "Bob"]);
    bob.leaves();
    ada.hears_names("left", &["Bob"]);
    waits_until_here(&right, &["Ada"]);
}

/// A page comes back over another process before its old one has noticed that it has gone: the old
/// connection ends, and nobody has left.
#[test]
#[ignore = "needs redis-server: just setup"]
fn who_comes_back_over_another_process_has_not_left() {
    let redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut bob = Member::enters(&left, "/ws/tea/Bob");
    let old = Member::enters(&left, "/ws/tea/Ada?session=a");
    bob.hears_names("joined", &["Ada"]);
    let mut new = Member::enters(&right, "/ws/tea/Ada?session=a");
    // Both processes have looked when this has come from one to the other.
    let _cy = Member::enters(&right, "/ws/tea/Cy");
    bob.hears_names("joined", &["Cy"]);
    // As in one process, the old connection is told that the name goes on elsewhere.
    old.expects_close(1008);
    new.says("still here").hears_of("sent");
    loop {
        let told = bob.hears();
        assert_ne!((&told["type"], &told["names"]), (&json!("left"), &json!(["Ada"])));
        if told["msg"] == "still here" {
            break;
        }
    }
    waits_until_here(&left, &["Ada", "Bob", "Cy"]);
}

/// Fault F18, for a whole process: it is killed, and its members have left.
#[test]
#[ignore = "needs redis-server: just setup"]
fn the_members_of_a_process_that_is_killed_have_left() {
    let redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut ada = Member::enters(&left, "/ws/tea/Ada");
    let _bob = Member::enters(&right, "/ws/tea/Bob");
    let _cy = Member::enters(&right, "/ws/tea/Cy");
    ada.hears_names("joined", &["Bob", "Cy"]);
    drop(right);
    ada.hears_names("left", &["Bob", "Cy"]);
    Member::enters(&left, "/ws/tea/Bob");
}

/// HOSTILE: the local room goes on, in so far as it is told what waits; nothing is lost or doubled,
/// and all hear all of it in one order.
#[test]
#[ignore = "needs redis-server: just setup"]
fn nothing_is_lost_or_doubled_when_redis_goes_away_and_comes_back() {
    const COUNT: usize = 400;
    let mut redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut members: Vec<Member> = NAMES
        .iter()
        .zip([&left, &right, &left, &right])
        .map(|(name, server)| Member::enters(server, &format!("/ws/tea/{name}")))
        .collect();
    let mut heard = vec![Vec::new(); NAMES.len()];
    let mut waiting = vec![HashSet::new(); NAMES.len()];
    let mut number = 0;
    let mut say = |members: &mut [Member], upto: usize| {
        while number < upto {
            for member in &mut *members {
                member.says(&format!(r#"{{"msg": "number {number}", "key": "{number}"}}"#));
            }
            number += 1;
        }
    };
    for round in [0, 200] {
        // Some are on their way when Redis dies,
        say(&mut members, round + 100);
        let before = heard[0].len();
        while heard[0].len() == before {
            listens(&mut members[0], 0, &mut heard, &mut waiting);
        }
        redis.dies();
        for (at, member) in members.iter_mut().enumerate() {
            while listens(member, at, &mut heard, &mut waiting)
                != json!({"type": "shared", "shared": false})
            {}
        }
        // some are said while it is away,
        say(&mut members, round + 150);
        for (at, member) in members.iter_mut().enumerate() {
            let last = format!("{} {}", NAMES[at], round + 149);
            while !waiting[at].contains(&last) {
                listens(member, at, &mut heard, &mut waiting);
            }
        }
        // and some when it is just back, without a memory.
        redis.comes_back();
        say(&mut members, round + 200);
        for (at, member) in members.iter_mut().enumerate() {
            while heard[at].len() < NAMES.len() * (round + 200) {
                listens(member, at, &mut heard, &mut waiting);
            }
        }
    }
    assert_eq!(heard[0].len(), NAMES.len() * COUNT);
    assert_eq!(heard[0].iter().collect::<HashSet<_>>().len(), NAMES.len() * COUNT);
    for others in &heard[1..] {
        assert!(*others == heard[0], "not everyone has heard the same, in the same order");
    }
    // And nothing comes behind it: what everyone hears next is the end.
    members[0].says(r#"{"msg": "the end", "key": "the end"}"#);
    for (at, member) in members.iter_mut().enumerate() {
        while heard[at].len() == NAMES.len() * COUNT {
            listens(member, at, &mut heard, &mut waiting);
        }
        assert_eq!(heard[at].last().unwrap(), "Ada the end");
    }
}

/// Takes note of what somebody is told next, and returns it.
fn listens(
    member: &mut Member,
    at: usize,
    heard: &mut [Vec<String>],
    waiting: &mut [HashSet<String>],
) -> Value {
    let told = member.hears();
    heard[at].extend(said(&told, NAMES[at]));
    if told["type"] == "waiting" {
        let (from, key) = (told["from"].as_str().unwrap(), told["key"].as_str().unwrap());
        waiting[at].insert(format!("{from} {key}"));
    }
    told
}

/// A vote in one process is counted in the other.
#[test]
#[ignore = "needs redis-server: just setup"]
fn votes_are_counted_in_all_processes() {
    let redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut pages = [&left, &right].map(|server| Member::connects(server, "/vote/socket"));
    for page in &mut pages {
        page.hears_of("counts");
    }
    pages[0].says(r#"{"candidate": "Ada", "key": "1"}"#);
    let told = pages[0].hears();
    assert_eq!((&told["type"], &told["counts"]["Ada"]), (&json!("vote"), &json!(1)));
    assert_eq!(pages[1].hears(), told);
}

/// Told to stop while Redis is away, it stops.
#[cfg(unix)]
#[test]
#[ignore = "needs redis-server: just setup"]
fn a_process_stops_while_redis_is_away() {
    let mut redis = Redis::start();
    let mut server = process(&redis);
    let mut ada = Member::enters(&server, "/ws/tea/Ada");
    redis.dies();
    while ada.hears_of("shared")["shared"] == true {}
    ada.says(r#"{"msg": "anybody?", "key": "1"}"#);
    assert_eq!(ada.hears_of("waiting")["from"], "Ada");
    server.asks_to_end();
    ada.expects_close(1001);
    assert!(server.waits_for_exit().success());
}

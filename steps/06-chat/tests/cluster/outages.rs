//! Redis goes away, hangs, loses its data or is replaced. No message is lost or doubled, holders
//! keep their names, and nobody who is here is reported to have left.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use testkit::{PATIENCE, Proxy, Redis, Server};

use crate::page::{Attempt, Page, numbers, stranger_tries};
use crate::process::{LEASE, Remote, process, process_at, process_with};

/// The people of a scene: two on each of two processes.
const NAMES: [&str; 4] = ["Ada", "Bob", "Cy", "Dee"];

/// Lets people enter the room "tea", alternately over these processes, until all see each other.
#[track_caller]
fn people(left: &Server, right: &Server) -> Vec<Page> {
    let servers = [left, right, left, right];
    let enters = |(name, server): (&&str, &Server)| Page::enters(server, "tea", name);
    let mut people: Vec<Page> = NAMES.iter().zip(servers).map(enters).collect();
    for page in &mut people {
        page.is_with(&NAMES);
    }
    people
}

/// Checks that all pages have received the same messages, `count` from each, in one order, that
/// nobody was reported to have left, and that a stranger cannot get any of the names.
#[track_caller]
fn all_is_well(people: &mut [Page], servers: &[&Server], count: usize) {
    for page in &mut *people {
        page.receives_until(|page| page.seen.len() >= NAMES.len() * count);
    }
    people[0].sends("the end");
    for page in &mut *people {
        page.sees("Ada the end");
    }
    let [first, others @ ..] = &*people else { panic!("somebody is needed") };
    assert_eq!(first.seen.len(), NAMES.len() * count + 1, "something came twice");
    for name in NAMES {
        let own: BTreeSet<&str> = first
            .seen
            .iter()
            .filter_map(|seen| seen.strip_prefix(name)?.strip_prefix(' '))
            .collect();
        assert_eq!(own.len(), count + usize::from(name == "Ada"), "of {name}");
    }
    for page in others {
        assert!(page.seen == first.seen, "not everybody has seen the same in one order");
    }
    for page in people {
        page.saw_nobody_leave(&NAMES);
        assert_eq!(page.here.iter().collect::<Vec<_>>(), NAMES);
    }
    for server in servers {
        for name in NAMES {
            assert_eq!(stranger_tries(server, "tea", name).code(), Some(1008), "{name}");
        }
    }
}

#[track_caller]
fn no_outage_was_announced(people: &[Page]) {
    for page in people {
        assert_eq!(page.received_shared(false), 0, "{:?}", page.news);
    }
}

/// HOSTILE: the local room goes on, in so far as it shows what waits.
#[test]
#[ignore = "needs redis-server: just setup"]
fn nothing_is_lost_or_doubled_when_redis_goes_away_and_comes_back() {
    let mut redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut people = people(&left, &right);
    for outage in 0..2 {
        let from = outage * 200;
        // Some messages are under way when Redis dies,
        for page in &mut people {
            page.sends_numbers(from, from + 100);
        }
        let before = people[0].seen.len();
        people[0].receives_until(|page| page.seen.len() > before);
        redis.dies();
        for page in &mut people {
            page.is_alone();
        }
        // some are sent while it is away, and shown as waiting,
        for page in &mut people {
            page.sends_numbers(from + 100, from + 150);
        }
        for (page, name) in people.iter_mut().zip(NAMES) {
            let last = format!("{name} {}", from + 149);
            page.receives_until(|page| page.waiting().contains_key(&last));
        }
        // and some when it is just back, without a memory.
        redis.comes_back();
        for page in &mut people {
            page.sends_numbers(from + 150, from + 200);
        }
        for page in &mut people {
            page.is_alone_no_more().is_confirmed();
        }
    }
    all_is_well(&mut people, &[&left, &right], 400);
    for page in &people {
        let announced = [false, true].map(|shared| page.received_shared(shared));
        assert_eq!(announced, [2, 2], "each outage is announced once");
    }
}

/// Redis comes back empty. A process that starts then learns everything from the others.
#[test]
#[ignore = "needs redis-server: just setup"]
fn redis_comes_back_empty() {
    let mut redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut people = people(&left, &right);
    for page in &mut people {
        page.sends_numbers(0, 50).is_confirmed();
    }
    redis.dies();
    redis.comes_back();
    let third = process(&redis);
    let mut eve = Page::new("tea", "Eve");
    eve.has_seen("0-0").is_admitted(&third);
    eve.receives_until(|page| page.seen.len() == NAMES.len() * 50);
    assert_eq!(eve.here, [&NAMES[..], &["Eve"]].concat().iter().map(ToString::to_string).collect());
    eve.leaves();
    all_is_well(&mut people, &[&left, &right, &third], 50);
}

/// Redis keeps running but loses all data. No connection ends, so nobody is told anything.
#[test]
#[ignore = "needs redis-server: just setup"]
fn redis_is_flushed() {
    let redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut people = people(&left, &right);
    for page in &mut people {
        page.sends_numbers(0, 50).is_confirmed();
    }
    redis.asks(&["FLUSHALL"]);
    for page in &mut people {
        page.sends_numbers(50, 100).is_confirmed();
    }
    people[0].receives_for(LEASE);
    let third = process(&redis);
    let mut eve = Page::new("tea", "Eve");
    eve.has_seen("0-0").is_admitted(&third);
    eve.receives_until(|page| page.seen.len() == NAMES.len() * 100);
    eve.leaves();
    all_is_well(&mut people, &[&left, &right, &third], 100);
}

/// Redis comes back as it was some time ago: with somebody who has left since then, and without
/// somebody who has come.
#[test]
#[ignore = "needs redis-server: just setup"]
fn redis_comes_back_with_an_old_snapshot() {
    let mut redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let ghost = Page::enters(&right, "tea", "Ghost");
    let mut ada = Page::enters(&left, "tea", "Ada");
    ada.sends_numbers(0, 20).is_confirmed();
    redis.saves();
    ghost.leaves();
    ada.is_with(&["Ada"]);
    let mut people = vec![ada];
    for (name, server) in NAMES[1..].iter().zip([&right, &left, &right]) {
        let mut page = Page::new("tea", name);
        page.has_seen("0-0").is_admitted(server);
        people.push(page);
    }
    for (number, page) in people.iter_mut().enumerate() {
        page.sends_numbers(if number == 0 { 20 } else { 0 }, 50).is_confirmed();
    }
    for page in &mut people {
        page.is_with(&NAMES).news.clear();
    }
    redis.dies();
    for page in &mut people {
        page.is_alone();
    }
    redis.comes_back();
    for page in &mut people {
        page.sends_numbers(50, 100).is_confirmed();
        assert!(!page.news.iter().any(|news| news.to_string().contains("Ghost")));
    }
    let third = process(&redis);
    let mut eve = Page::new("tea", "Eve");
    eve.has_seen("0-0").is_admitted(&third);
    assert!(!eve.here.contains("Ghost"), "{:?}", eve.here);
    eve.receives_until(|page| page.seen.len() == NAMES.len() * 100);
    eve.leaves();
    all_is_well(&mut people, &[&left, &right, &third], 100);
    assert_eq!(stranger_tries(&third, "tea", "Ghost"), Attempt::Admitted);
}

/// A replica takes over that has not received the last messages and names.
#[test]
#[ignore = "needs redis-server: just setup"]
fn a_replica_that_lacks_the_newest_entries_takes_over() {
    let mut primary = Redis::start();
    let proxy = Proxy::start(primary.address());
    let url = format!("redis://{}", proxy.address());
    let (left, right) = (process_at(&url), process_at(&url));
    let mut ada = Page::enters(&left, "tea", "Ada");
    ada.sends_numbers(0, 20).is_confirmed();
    let replica = Redis::start_replica_of(&primary);
    // From here on, the replica receives nothing.
    replica.asks(&["REPLICAOF", "NO", "ONE"]);
    let mut people = vec![ada];
    for (name, server) in NAMES[1..].iter().zip([&right, &left, &right]) {
        let mut page = Page::new("tea", name);
        page.has_seen("0-0").is_admitted(server);
        people.push(page);
    }
    for (number, page) in people.iter_mut().enumerate() {
        page.is_with(&NAMES);
        page.sends_numbers(if number == 0 { 20 } else { 0 }, 50).is_confirmed();
    }
    proxy.leads_to(replica.address());
    primary.dies();
    for page in &mut people {
        page.sends_numbers(50, 100).is_confirmed();
    }
    all_is_well(&mut people, &[&left, &right], 100);
    let third = process(&replica);
    let mut eve = Page::new("tea", "Eve");
    eve.has_seen("0-0").is_admitted(&third);
    eve.receives_until(|page| page.seen.len() > NAMES.len() * 100);
    assert!(eve.seen == people[0].seen, "not the same in one order");
}

/// Redis does not answer for longer than the lease, and goes on.
#[test]
#[ignore = "needs redis-server: just setup"]
fn redis_hangs_and_goes_on() {
    let redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut people = people(&left, &right);
    for page in &mut people {
        page.sends_numbers(0, 10).is_confirmed();
    }
    redis.hangs();
    for page in &mut people {
        page.sends_numbers(10, 20);
        page.is_alone();
        page.sends_numbers(20, 30);
    }
    people[0].receives_for(LEASE);
    redis.goes_on();
    for page in &mut people {
        page.is_confirmed();
        assert_eq!(page.received_shared(false), 1, "{:?}", page.news);
    }
    all_is_well(&mut people, &[&left, &right], 30);
}

/// An operator, or a proxy between us and Redis, ends all connections. Redis can be reached all the
/// time, so there is no outage to announce.
#[test]
#[ignore = "needs redis-server: just setup"]
fn all_connections_are_killed() {
    let redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut people = people(&left, &right);
    for time in 0..3 {
        for page in &mut people {
            page.sends_numbers(time * 10, time * 10 + 5);
        }
        redis.asks(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
        for page in &mut people {
            page.sends_numbers(time * 10 + 5, time * 10 + 10).is_confirmed();
        }
    }
    people[0].receives_for(LEASE);
    all_is_well(&mut people, &[&left, &right], 30);
    no_outage_was_announced(&people);
}

/// Redis closes connections on which nothing is sent for a second. That is not an outage.
#[test]
#[ignore = "needs redis-server: just setup"]
fn redis_closes_quiet_connections() {
    let redis = Redis::start_with(&["--timeout", "1"]);
    let (left, right) = (process(&redis), process(&redis));
    let mut people = people(&left, &right);
    people[0].receives_for(Duration::from_millis(3_500));
    for page in &mut people {
        page.sends_numbers(0, 10).is_confirmed();
    }
    people[0].receives_for(Duration::from_millis(2_500));
    for page in &mut people {
        page.sends_numbers(10, 20).is_confirmed();
    }
    all_is_well(&mut people, &[&left, &right], 20);
    no_outage_was_announced(&people);
}

/// The connections that are open hang, and new ones work: a firewall has forgotten the old ones.
/// Each connection of the process is replaced.
#[test]
#[ignore = "needs redis-server: just setup"]
fn the_connections_of_one_process_hang() {
    let redis = Redis::start();
    let (left, right) = (Remote::start(&redis), process(&redis));
    let mut people = people(&left.server, &right);
    left.proxy.hangs_on_open_connections();
    for page in &mut people {
        page.sends_numbers(0, 10).is_confirmed();
    }
    people[1].receives_for(2 * LEASE);
    // Those on the other process may have seen them leave, and see them come back.
    for page in &mut people {
        page.is_with(&NAMES);
        page.news.clear();
    }
    // Names can be claimed there again, too.
    let mut eve = Page::new("tea", "Eve");
    eve.comes_back(&left.server);
    // She stays until she was seen: the others are not told of a visit between two looks at the names.
    people[1].is_with(&[&NAMES[..], &["Eve"]].concat());
    drop(eve);
    people[1].receives_until(|page| page.received_left("Eve"));
    people[1].news.clear();
    all_is_well(&mut people, &[&left.server, &right], 10);
}

/// The same when nothing comes through for longer than the lease, and then everything at once.
#[test]
#[ignore = "needs redis-server: just setup"]
fn nothing_comes_through_for_one_process_for_longer_than_the_lease() {
    let redis = Redis::start();
    let (left, right) = (Remote::start(&redis), process(&redis));
    let mut people = people(&left.server, &right);
    for page in &mut people {
        page.sends_numbers(0, 10).is_confirmed();
    }
    left.proxy.hangs();
    for page in &mut people {
        page.sends_numbers(10, 20);
    }
    for person in [1, 3] {
        people[person].is_with(&["Bob", "Dee"]);
    }
    people[0].is_alone();
    left.proxy.goes_on();
    for page in &mut people {
        page.is_with(&NAMES).is_confirmed();
        // Only what comes from now on is checked for "left".
        page.news.clear();
    }
    all_is_well(&mut people, &[&left.server, &right], 20);
}

/// The name was free, because its process could not be reached for longer than the lease. Now it
/// belongs to somebody else, and the first holder learns it when the process is back.
#[test]
#[ignore = "needs redis-server: just setup"]
fn a_name_that_was_given_away_during_a_partition_stays_with_its_new_holder() {
    let redis = Redis::start();
    let (left, right) = (Remote::start(&redis), process(&redis));
    let mut ada = Page::enters(&left.server, "tea", "Ada");
    let mut bob = Page::enters(&right, "tea", "Bob");
    bob.is_with(&["Ada", "Bob"]);
    left.proxy.is_cut_off();
    bob.is_with(&["Bob"]);
    let mut stranger = Page::with_session("tea", "Ada", "stranger");
    stranger.is_admitted(&right);
    left.proxy.leads_to(redis.address());
    assert_eq!(ada.receives_the_rest(), Some(1008));
    stranger.sends("1").is_confirmed();
    bob.sees("Ada 1").is_with(&["Ada", "Bob"]);
    assert_eq!(ada.tries(&left.server).code(), Some(1008));
}

/// A sign of life does not wait behind work: a process with 1,000 rooms, to which every question to
/// Redis takes 5 milliseconds, does not look dead.
#[test]
#[ignore = "needs redis-server: just setup"]
fn a_process_with_a_thousand_rooms_is_alive() {
    const ROOMS: usize = 1_000;
    const THREADS: usize = 20;
    let redis = Redis::start();
    let (left, right) = (Remote::start_at(&redis, Duration::from_millis(5)), process(&redis));
    let mut bob = Page::enters(&right, "tea0", "Bob");
    let room = |number: usize| format!("tea{number}");
    let mut people: Vec<Page> = thread::scope(|scope| {
        let part = |thread: usize| {
            let left = &left.server;
            scope.spawn(move || {
                let numbers = (thread..ROOMS).step_by(THREADS);
                numbers.map(|number| Page::enters(left, &room(number), "Ada")).collect::<Vec<_>>()
            })
        };
        let threads: Vec<_> = (0..THREADS).map(part).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    bob.is_with(&["Ada", "Bob"]);
    bob.receives_for(2 * LEASE);
    bob.saw_nobody_leave(&["Ada"]);
    for number in [0, 1, ROOMS / 2, ROOMS - 1] {
        assert_eq!(stranger_tries(&right, &room(number), "Ada").code(), Some(1008), "{number}");
    }
    for page in &mut people {
        page.sends("1");
    }
    for page in &mut people {
        page.is_confirmed();
        assert_eq!(page.received_shared(false), 0, "{:?}", page.news);
    }
    bob.sees("Ada 1");
}

/// The number of messages that wait for an absent Redis is limited. Further messages are refused,
/// so that their sender knows.
#[test]
#[ignore = "needs redis-server: just setup"]
fn what_waits_for_redis_is_bounded() {
    const COUNT: usize = 12_000;
    let mut redis = Redis::start();
    let server = process_with(&["--redis", &redis.url(), "--max-queue", "100000000"]);
    let mut ada = Page::enters(&server, "tea", "Ada");
    redis.dies();
    ada.is_alone();
    // In parts, so that neither side waits until the other reads.
    for part in 0..COUNT / 1_000 {
        ada.sends_numbers(part * 1_000, (part + 1) * 1_000);
        let mut answers = 0;
        while answers < 1_000 {
            let answer = ada.receives();
            answers += usize::from(answer["type"] == "waiting" || answer["type"] == "refused");
        }
    }
    let refused: Vec<String> = ada
        .news
        .iter()
        .filter(|news| news["type"] == "refused")
        .map(|news| news["key"].as_str().unwrap().to_owned())
        .collect();
    assert!(!refused.is_empty(), "nothing was refused");
    assert!(refused.len() < COUNT, "everything was refused");
    let is_refused: BTreeSet<&String> = refused.iter().collect();
    ada.unsent.retain(|key| !is_refused.contains(key));
    redis.comes_back();
    ada.is_confirmed();
    assert_eq!(ada.seen, numbers("Ada", 0, COUNT - refused.len()));
}

/// Somebody new comes during an outage, and is admitted when Redis is back. Until then they are not
/// refused for good.
#[test]
#[ignore = "needs redis-server: just setup"]
fn a_new_name_waits_until_redis_is_back() {
    let mut redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut ada = Page::enters(&left, "tea", "Ada");
    redis.dies();
    ada.is_alone();
    let mut eve = Page::new("tea", "Eve");
    eve.opens(&left);
    assert_eq!(eve.waits_for_admission(Duration::from_secs(1)), Attempt::NoAnswer);
    redis.comes_back();
    assert_eq!(eve.waits_for_admission(PATIENCE), Attempt::Admitted);
    ada.is_with(&["Ada", "Eve"]);
    assert_eq!(stranger_tries(&right, "tea", "Eve").code(), Some(1008));
}

/// A process and Redis die at the same moment. The other process knows everything, and those who
/// were on the dead one come back over it.
#[test]
#[ignore = "needs redis-server: just setup"]
fn redis_and_a_process_die_together() {
    let mut redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut people = people(&left, &right);
    for page in &mut people {
        page.sends_numbers(0, 50).is_confirmed();
    }
    let last: Vec<String> = NAMES.iter().map(|name| format!("{name} 49")).collect();
    for page in &mut people {
        for message in &last {
            page.sees(message);
        }
    }
    redis.dies();
    drop(left);
    // Ada comes back at once, while Redis is away. Cy comes when it is back.
    people[0].is_admitted(&right);
    redis.comes_back();
    people[2].comes_back(&right);
    for page in &mut people {
        page.sends_numbers(50, 60).is_confirmed();
    }
    let third = process(&redis);
    all_is_well(&mut people, &[&right, &third], 60);
}

/// Redis goes away again and again, for moments. Nothing is lost, and nobody leaves.
#[test]
#[ignore = "needs redis-server: just setup"]
fn redis_is_restarted_ten_times() {
    let mut redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut people = people(&left, &right);
    for time in 0..10 {
        for page in &mut people {
            page.sends_numbers(time * 10, time * 10 + 10);
        }
        redis.dies();
        redis.comes_back();
    }
    for page in &mut people {
        page.is_confirmed();
    }
    all_is_well(&mut people, &[&left, &right], 100);
}

//! A vote that was answered is counted, once, and the counts are the same everywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Frame, Redis, Server};

use crate::page::{Id, Page, id_of};
use crate::process::{Remote, process, process_with};
use crate::support::{Member, gets, posts, start};

/// The sum of the counts.
fn sum(counts: &Value) -> u64 {
    let counts: BTreeMap<String, u64> = serde_json::from_value(counts.clone()).unwrap();
    counts.values().sum()
}

/// The answer of `/votes`, at once: the last one, if there are more votes than fit into an answer.
#[track_caller]
fn poll(server: &Server) -> Value {
    let mut after = "0-0".to_owned();
    loop {
        let response = gets(server, &format!("/votes?after={after}&wait=0"));
        let answer: Value = serde_json::from_str(response.text()).unwrap();
        if answer["more"] != true {
            return answer;
        }
        answer["newest"].as_str().unwrap().clone_into(&mut after);
    }
}

/// A page of the vote, and the counts that it received first.
#[track_caller]
fn page(server: &Server) -> (Member, Value) {
    let mut page = Member::connects(server, "/vote/socket");
    let counts = page.hears();
    assert_eq!(counts["type"], "counts");
    (page, counts)
}

/// A vote with this number as its key.
fn vote(number: usize) -> String {
    let candidate = ["Ada", "Grace", "Hedy", "Katherine", "Radia"][number % 5];
    json!({ "candidate": candidate, "key": number.to_string() }).to_string()
}

/// Checks that the counts are these, by `/votes` and by `/vote/socket`, on each of these processes.
#[track_caller]
fn are_counted(servers: &[&Server], count: u64) {
    for server in servers {
        let (polled, (_, first)) = (poll(server), page(server));
        assert_eq!(sum(&polled["counts"]), count, "{}", polled["counts"]);
        assert_eq!((&first["counts"], &first["newest"]), (&polled["counts"], &polled["newest"]));
    }
}

/// A vote in one process is counted in the other.
#[test]
#[ignore = "needs redis-server: just setup"]
fn votes_are_counted_in_all_processes() {
    let redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut pages = [&left, &right].map(|server| page(server).0);
    pages[0].says(r#"{"candidate": "Ada", "key": "1"}"#);
    let received = pages[0].hears();
    assert_eq!((&received["type"], &received["counts"]["Ada"]), (&json!("vote"), &json!(1)));
    assert_eq!(pages[1].hears(), received);
    are_counted(&[&left, &right], 1);
}

/// More votes than a process keeps, in one burst, in one process without Redis. A page that lags
/// behind receives the counts again in place of what it has missed. A voter then sends the votes
/// again that were not answered.
#[test]
fn twelve_thousand_votes_in_one_burst() {
    const COUNT: usize = 12_000;
    let server = start(&["--rate", "1000000", "--max-queue", "100000000"]);
    let (mut voter, _) = page(&server);
    let (mut other, _) = page(&server);
    let burst: Vec<Frame> = (0..COUNT).map(|number| Frame::text(vote(number))).collect();
    voter.wire.sends_frames(&burst);
    let mut unanswered: BTreeSet<usize> = (0..COUNT).collect();
    let mut received = Vec::new();
    while !unanswered.is_empty() {
        let news = voter.hears();
        match news["type"].as_str() {
            Some("vote") => {
                let number = news["key"].as_str().unwrap().parse().unwrap();
                unanswered.remove(&number);
            }
            Some("counts") => {
                let again = unanswered.iter().map(|number| Frame::text(vote(*number)));
                voter.wire.sends_frames(&again.collect::<Vec<_>>());
            }
            _ => panic!("{news}"),
        }
        received.push(news);
    }
    are_counted(&[&server], COUNT as u64);
    let mut elsewhere = vec![other.hears()];
    while sum(&elsewhere[elsewhere.len() - 1]["counts"]) < COUNT as u64 {
        elsewhere.push(other.hears());
    }
    for received in [&received, &elsewhere] {
        counts_never_shrink(received);
    }
}

/// Checks that the counts that come with votes include them.
#[track_caller]
fn counts_include_their_vote(votes: &[Value]) {
    counts_never_shrink(votes);
    for (place, vote) in votes.iter().enumerate() {
        assert!(sum(&vote["counts"]) > place as u64, "vote {place}: {vote}");
    }
}

#[track_caller]
fn counts_never_shrink(received: &[Value]) {
    let sums: Vec<u64> = received.iter().map(|received| sum(&received["counts"])).collect();
    assert!(sums.is_sorted(), "{sums:?}");
}

/// Votes that wait for a slow Redis are counted too, and a process that keeps only some of them
/// counts all.
#[test]
#[ignore = "needs redis-server: just setup"]
fn three_thousand_votes_behind_a_slow_redis() {
    const COUNT: usize = 3_000;
    let redis = Redis::start();
    let left = Remote::start_with(&redis, &["--history", "1000"]);
    let right = process_with(&["--redis", &redis.url(), "--history", "1000"]);
    left.proxy.delays(Duration::from_millis(20));
    let (mut voter, _) = page(&left.server);
    let (mut other, _) = page(&right);
    for number in 0..COUNT {
        voter.says(&vote(number));
    }
    for page in [&mut voter, &mut other] {
        while sum(&page.hears_of("vote")["counts"]) < COUNT as u64 {}
    }
    let third = process_with(&["--redis", &redis.url(), "--history", "1000"]);
    are_counted(&[&left.server, &right, &third], COUNT as u64);
}

/// The answer to a POST is a promise. The process that gave it may die at once.
#[test]
#[ignore = "needs redis-server: just setup"]
fn a_vote_that_was_answered_survives_its_process() {
    let redis = Redis::start();
    let left = Remote::start_at(&redis, Duration::from_millis(200));
    let right = process(&redis);
    let (mut other, _) = page(&right);
    assert_eq!(posts(&left.server, "/votes", &vote(0)).status, 202);
    drop(left);
    // A vote that comes later shows that the first one does not come any more.
    assert_eq!(posts(&right, "/votes", &vote(1)).status, 202);
    assert_eq!(other.hears()["key"], "0");
    assert_eq!(other.hears()["key"], "1");
    are_counted(&[&right], 2);
}

/// The same for a message that is sent by POST.
#[test]
#[ignore = "needs redis-server: just setup"]
fn a_post_that_was_answered_survives_its_process() {
    let redis = Redis::start();
    let left = Remote::start_at(&redis, Duration::from_millis(200));
    let right = process(&redis);
    let message = |key: &str| json!({"name": "Ada", "text": "hello", "key": key}).to_string();
    assert_eq!(posts(&left.server, "/messages", &message("0")).status, 202);
    drop(left);
    assert_eq!(posts(&right, "/messages", &message("1")).status, 202);
    let response = gets(&right, "/messages?after=0-0");
    let messages: Value = serde_json::from_str(response.text()).unwrap();
    assert_eq!(messages["messages"][0]["key"], "0", "{messages}");
}

/// While people vote, the counts of `/votes` and of `/vote/socket` include all votes up to the one
/// that they name as the newest. Afterwards, they are the same.
#[test]
fn polls_and_sockets_show_the_same_counts() {
    same_counts(&start(&["--rate", "1000000", "--max-queue", "100000000"]), &[]);
}

#[test]
#[ignore = "needs redis-server: just setup"]
fn polls_and_sockets_show_the_same_counts_in_all_processes() {
    let redis = Redis::start();
    same_counts(&process(&redis), &[&process(&redis)]);
}

/// Votes over one process, polls and opens sockets of all at the same time, and compares the counts.
#[track_caller]
fn same_counts(server: &Server, others: &[&Server]) {
    const COUNT: usize = 2_000;
    let servers = [&[server], others].concat();
    let (mut voter, _) = page(server);
    let mut pages: Vec<Member> = others.iter().map(|server| page(server).0).collect();
    let mut asked = Vec::new();
    for number in 0..COUNT {
        voter.says(&vote(number));
        if number % 20 == 0 {
            let server = servers[number / 20 % servers.len()];
            asked.push(poll(server));
            asked.push(page(server).1);
        }
    }
    let received: Vec<Value> = (0..COUNT).map(|_| voter.hears()).collect();
    counts_include_their_vote(&received);
    let ids: Vec<Id> = received.iter().map(|vote| id_of(&vote["id"])).collect();
    for answer in asked {
        let newest = id_of(&answer["newest"]);
        let upto_it = ids.iter().filter(|id| **id <= newest).count() as u64;
        let sum = sum(&answer["counts"]);
        assert!(sum >= upto_it, "{sum} of {upto_it} votes: {answer}");
    }
    for page in &mut pages {
        let elsewhere: Vec<Value> = (0..COUNT).map(|_| page.hears()).collect();
        counts_include_their_vote(&elsewhere);
        assert!(elsewhere.iter().map(|vote| id_of(&vote["id"])).eq(ids.iter().copied()));
    }
    are_counted(&servers, COUNT as u64);
}

/// Votes survive a Redis that has forgotten them, and processes that were killed.
#[test]
#[ignore = "needs redis-server: just setup"]
fn votes_survive_a_redis_that_has_forgotten_them() {
    let mut redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    for number in 0..50 {
        assert_eq!(posts(&left, "/votes", &vote(number)).status, 202);
    }
    let mut ada = Page::enters(&right, "tea", "Ada");
    redis.dies();
    ada.is_alone();
    redis.comes_back();
    ada.is_alone_no_more().sends("1").is_confirmed();
    are_counted(&[&left, &right], 50);
    redis.asks(&["FLUSHALL"]);
    assert_eq!(posts(&left, "/votes", &vote(50)).status, 202);
    ada.receives_for(Duration::from_secs(4));
    drop(left);
    let third = process(&redis);
    are_counted(&[&right, &third], 51);
    // The keys are known there, too.
    assert_eq!(posts(&third, "/votes", &vote(7)).status, 202);
    assert_eq!(posts(&third, "/votes", &vote(51)).status, 202);
    are_counted(&[&right, &third], 52);
}

//! Names in rooms, in one process: who gets a name, and when it is free again.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use event_log::{EventLog, Membership, NotEntered, Topics};
use testkit::PATIENCE;
use tokio::task::JoinSet;
use tokio::time::timeout;

fn in_memory() -> EventLog {
    EventLog::in_memory(Topics { events_max: 10, counted: vec![], kept: vec![] })
}

/// Enters the room `tea`.
async fn enters(log: &EventLog, name: &str, session: &str) -> Result<Membership, NotEntered> {
    log.enter("tea", name, session).await
}

fn here(log: &EventLog) -> Vec<String> {
    log.here("tea").into_iter().map(|name| name.to_string()).collect()
}

#[tokio::test]
async fn a_member_is_here_until_the_membership_is_dropped() {
    let log = in_memory();
    let ada = enters(&log, "Ada", "").await.unwrap();
    let bob = enters(&log, "Bob", "").await.unwrap();
    assert_eq!(here(&log), ["Ada", "Bob"]);
    assert!(log.here("coffee").is_empty());
    drop(ada);
    assert_eq!(here(&log), ["Bob"]);
    drop(bob);
    assert!(here(&log).is_empty());
}

#[tokio::test]
async fn a_name_is_refused_to_another_session_and_to_none() {
    let log = in_memory();
    let ada = enters(&log, "Ada", "a").await.unwrap();
    let _nobody = enters(&log, "Nobody", "").await.unwrap();
    for (name, session) in [("Ada", "b"), ("Ada", ""), ("Nobody", ""), ("Nobody", "a")] {
        assert_eq!(enters(&log, name, session).await.err(), Some(NotEntered::NameTaken));
    }
    assert_eq!(here(&log), ["Ada", "Nobody"]);
    drop(ada);
    enters(&log, "Ada", "b").await.unwrap();
}

/// The first letter of the other "Ada" is Cyrillic. Her visitor may have both names: somebody who
/// changes a name may still be here under the old one.
#[tokio::test]
async fn a_name_that_looks_like_one_that_is_taken_is_refused_to_others() {
    let log = in_memory();
    let ada = enters(&log, "Ada", "a").await.unwrap();
    for session in ["b", ""] {
        assert_eq!(enters(&log, "Аda", session).await.err(), Some(NotEntered::LooksTaken));
    }
    let other = enters(&log, "Аda", "a").await.unwrap();
    drop((ada, other));
    enters(&log, "Аda", "b").await.unwrap();
    // Digits stay distinct from each other.
    let mut members = Vec::new();
    for number in 0..200 {
        members.push(enters(&log, &format!("m{number}"), "").await.unwrap());
    }
    assert_eq!(here(&log).len(), 200);
}

/// The old connection is notified. For all others, the member was here the whole time.
#[tokio::test]
async fn the_same_session_takes_a_name_over() {
    let log = in_memory();
    let mut old = enters(&log, "Ada", "a").await.unwrap();
    assert!(timeout(Duration::from_millis(1), old.lost()).await.is_err());
    let mut new = enters(&log, "Ada", "a").await.unwrap();
    timeout(PATIENCE, old.lost()).await.unwrap();
    drop(old);
    assert_eq!(here(&log), ["Ada"]);
    assert!(timeout(Duration::from_millis(1), new.lost()).await.is_err());
    drop(new);
    assert!(here(&log).is_empty());
}

#[tokio::test]
async fn those_who_wait_for_news_of_a_room_are_notified() {
    let log = in_memory();
    let mut news = log.name_notifications("tea");
    let ada = enters(&log, "Ada", "").await.unwrap();
    timeout(PATIENCE, news.changed()).await.unwrap().unwrap();
    drop(ada);
    timeout(PATIENCE, news.changed()).await.unwrap().unwrap();
}

/// A room counts while somebody is in it, or wants to be.
#[tokio::test]
async fn there_are_at_most_a_thousand_rooms() {
    let log = in_memory();
    let mut members = Vec::new();
    for number in 0..1_000 {
        members.push(log.enter(&format!("room {number}"), "Ada", "").await.unwrap());
    }
    assert_eq!(enters(&log, "Ada", "").await.err(), Some(NotEntered::TooManyRooms));
    // A room that is open can be entered, and nobody's room is one less.
    log.enter("room 7", "Bob", "").await.unwrap();
    members.pop();
    enters(&log, "Ada", "").await.unwrap();
}

/// Everybody wants the same name at the same moment, again and again, and gives it back at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_never_has_two_holders() {
    let log = in_memory();
    let mut visitors = JoinSet::new();
    let held = Arc::new(AtomicUsize::new(0));
    for visitor in 0..8 {
        let (log, held) = (log.clone(), Arc::clone(&held));
        visitors.spawn(async move {
            let mut times = 0;
            for _ in 0..2_000 {
                match enters(&log, "Ada", &format!("session {visitor}")).await {
                    Ok(membership) => {
                        assert_eq!(held.fetch_add(1, Ordering::SeqCst), 0, "two have the name");
                        tokio::task::yield_now().await;
                        assert_eq!(held.fetch_sub(1, Ordering::SeqCst), 1);
                        drop(membership);
                        times += 1;
                    }
                    Err(problem) => assert_eq!(problem, NotEntered::NameTaken),
                }
                tokio::task::yield_now().await;
            }
            times
        });
    }
    let times = timeout(PATIENCE, visitors.join_all()).await.unwrap();
    assert!(times.iter().sum::<i32>() >= 8, "{times:?}");
    // Nothing is left of all this.
    assert!(here(&log).is_empty());
    enters(&log, "Ada", "another").await.unwrap();
}

/// Two windows of one visitor that take the name from each other leave one holder.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_windows_of_one_visitor_one_has_the_name() {
    let log = in_memory();
    let mut windows = JoinSet::new();
    for _ in 0..50 {
        let log = log.clone();
        windows.spawn(async move { enters(&log, "Ada", "a").await.unwrap() });
    }
    let mut holders = Vec::new();
    for mut membership in timeout(PATIENCE, windows.join_all()).await.unwrap() {
        if timeout(Duration::from_millis(1), membership.lost()).await.is_err() {
            holders.push(membership);
        }
        // The others end here, and do not give back the name.
    }
    assert_eq!((holders.len(), here(&log)), (1, vec!["Ada".to_owned()]));
}

/// A client whose connection ends while it waits gives its attempt up.
#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_given_up_leaves_nothing_behind() {
    // This Redis was never reached: no visitor is admitted, and each of them gets an answer after
    // some time.
    let topics = Topics { events_max: 10, counted: vec![], kept: vec![] };
    let url = testkit::Redis::away().url().parse().unwrap();
    let log = EventLog::over_redis(&url, topics);
    let began = tokio::time::Instant::now();
    assert_eq!(enters(&log, "Ada", "a").await.err(), Some(NotEntered::Unreachable));
    assert_eq!(began.elapsed().as_secs(), 8);
    assert!(timeout(Duration::from_secs(1), enters(&log, "Ada", "a")).await.is_err());
    assert!(here(&log).is_empty());
}

/// After this, the names are free for other processes.
#[tokio::test]
async fn a_log_that_is_closed_has_given_back_all_names() {
    let log = in_memory();
    let _ada = enters(&log, "Ada", "a").await.unwrap();
    log.close().await;
    assert!(here(&log).is_empty());
}

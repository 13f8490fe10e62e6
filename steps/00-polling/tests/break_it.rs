//! A queue for each visitor (fault F20), which is a common mistake, beside our log. The book shows the
//! difference.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::collections::{HashMap, VecDeque};
use std::fmt::Write;
use std::time::Duration;

use event_log::{Draft, EventId, EventLog, Portion};
use polling::topics;

// ANCHOR: faulty
/// A queue for each visitor, by their session.
#[derive(Default)]
struct Queues(HashMap<String, VecDeque<String>>);

impl Queues {
    /// Somebody opens the page.
    fn visit(&mut self, session: &str) {
        self.0.entry(session.to_owned()).or_default();
    }

    /// Somebody votes.
    fn vote(&mut self, candidate: &str) {
        for queue in self.0.values_mut() {
            queue.push_back(candidate.to_owned());
        }
    }

    /// A visitor's request: the next vote that they have not seen.
    fn poll(&mut self, session: &str) -> Option<String> {
        self.0.get_mut(session)?.pop_front()
    }
}
// ANCHOR_END: faulty

/// A thousand people look at the page and go. One stays.
#[tokio::test]
async fn the_queues_of_those_who_left_grow_for_ever() {
    let mut queues = Queues::default();
    let log = EventLog::in_memory(topics(100));
    for visitor in 0..1000 {
        queues.visit(&format!("visitor {visitor}"));
        // They ask once, and are gone before there is news.
        let poll = log.wait("vote", EventId::default(), Portion::ALL, Duration::from_secs(10));
        let _ = tokio::time::timeout(Duration::ZERO, poll).await;
    }
    queues.visit("Ada");
    for (key, candidate) in ["Grace", "Hedy", "Radia"].into_iter().enumerate() {
        queues.vote(candidate);
        log.append(Draft::new("vote", key.to_string(), candidate)).unwrap();
    }
    // The one who stayed gets the same by both.
    let by_queue: Vec<String> = std::iter::from_fn(|| queues.poll("Ada")).collect();
    let by_log = log.after("vote", EventId::default()).events;
    assert_eq!(by_queue, by_log.iter().map(|event| &*event.data).collect::<Vec<_>>());

    let held: usize = queues.0.values().map(VecDeque::len).sum();
    let mut told = String::new();
    writeln!(told, "              visitors that are kept   votes that are kept").unwrap();
    writeln!(told, "the queues    {:22}   {held:19}", queues.0.len()).unwrap();
    writeln!(told, "the log       {:22}   {:19}", log.waiting(), by_log.len()).unwrap();
    insta::assert_snapshot!("queues", told);
}

//! Our verdicts are those of the original, for the peers in this workspace, in all but the heavy groups.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/recorded.rs"]
mod recorded;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use recorded::{Cases, judges_as_recorded};

/// The recordings.
const PEERS: [&str; 11] = [
    "step-2",
    "step-3",
    "step-4",
    "step-5a",
    "step-5b",
    "step-5",
    "step-5-client",
    "step-6",
    "tungstenite-0.30.0",
    "tungstenite-0.30.0-client",
    "fastwebsockets-0.10.0",
];
/// How many peers are judged at the same time. Most of the time is spent waiting.
const AT_A_TIME: usize = 4;

#[test]
fn every_verdict_is_the_recorded_one() {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(peer) = PEERS.get(next.fetch_add(1, Ordering::Relaxed)) {
                    judges_as_recorded(peer, Cases::Quick);
                }
            });
        }
    });
}

//! The streams of a connection of HTTP/2, on which many requests are answered at the same time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::server::turn::Turn;

// ANCHOR: streams
/// How many streams of a connection are open. A connection without open streams is idle.
#[derive(Clone, Debug)]
pub struct Streams {
    /// All changes pass through its lock, so the turn always agrees with the number.
    open: watch::Sender<usize>,
    turn: Arc<Turn>,
}

/// An open stream, until it is dropped.
#[derive(Debug)]
pub struct OpenStream(Streams);

impl Streams {
    pub(crate) fn new(turn: Arc<Turn>) -> Self {
        Self { open: watch::Sender::new(0), turn }
    }

    /// Counts a stream that opens.
    pub fn open(&self) -> OpenStream {
        self.open.send_modify(|open| {
            *open += 1;
            self.turn.asked();
        });
        OpenStream(self.clone())
    }
    // ANCHOR_END: streams

    /// Waits until no stream has been open for this time.
    pub async fn are_idle_for(&self, time: Duration) {
        let mut open = self.open.subscribe();
        loop {
            let _ = open.wait_for(|open| *open == 0).await;
            if timeout(time, open.changed()).await.is_err() {
                return;
            }
        }
    }
}

// ANCHOR: drop
impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| {
            *open -= 1;
            if *open == 0 {
                self.0.turn.rests();
            }
        });
    }
}
// ANCHOR_END: drop

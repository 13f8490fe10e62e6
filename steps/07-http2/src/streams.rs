//! The streams of one connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use hyper::rt::Executor;
use tokio::time::sleep;
use web::server::Turn;

// ANCHOR: streams
/// The streams of one connection. hyper runs a task for each of them by this.
///
/// A request has a task until it is answered, and a WebSocket until its stream ends. So the number of
/// tasks is the number of open streams, and a connection without a task is idle.
#[derive(Clone)]
pub(crate) struct Streams(Arc<State>);

struct State {
    open: AtomicU32,
    turn: Arc<Turn>,
}

impl<Task: Future<Output = ()> + Send + 'static> Executor<Task> for Streams {
    fn execute(&self, task: Task) {
        let open = Open::new(&self.0);
        tokio::spawn(async move {
            task.await;
            drop(open);
        });
    }
}
// ANCHOR_END: streams

impl Streams {
    /// Returns the streams of a new connection, which has this turn.
    pub(crate) fn new(turn: Arc<Turn>) -> Self {
        Self(Arc::new(State { open: AtomicU32::new(0), turn }))
    }

    /// Waits until no stream has been open for this time, or somewhat longer.
    pub(crate) async fn are_idle_for(&self, time: Duration) {
        let mut before = None;
        loop {
            sleep(time).await;
            let idle_since = self.0.turn.idle_since();
            if idle_since.is_some() && idle_since == before {
                return;
            }
            before = idle_since;
        }
    }
}

// ANCHOR: open
/// An open stream.
struct Open(Arc<State>);

impl Open {
    fn new(state: &Arc<State>) -> Self {
        if state.open.fetch_add(1, Ordering::Relaxed) == 0 {
            state.turn.asked();
        }
        Self(Arc::clone(state))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if self.0.open.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.0.turn.rests();
        }
    }
}
// ANCHOR_END: open

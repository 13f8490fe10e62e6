//! The line to a member: the connection, which the member's task reads from, and to which the room
//! writes.

use std::future::poll_fn;
use std::mem::replace;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use echo::{Connection, Ended, Message};
use event_log::EventLog;
use tokio::time::Instant;

use crate::delivery::broadcast::Broadcast;
use crate::delivery::inbox::{Answer, Delivered, Inbox};
use crate::delivery::stream::Stream;
use crate::metrics::Metrics;

// ANCHOR: line
/// The line to a member of a room, or to a page of the vote.
///
/// The connection's own task reads what the member sends. The room's task writes the broadcasts: if
/// it woke a task for each member instead, a broadcast would take up to 1.5 times as long. If the
/// system does not take all bytes at once, the connection's task is woken and writes the rest.
pub(crate) struct Line {
    /// The member's name. Empty in the vote, which has no names.
    pub(crate) name: Arc<str>,
    state: Mutex<State>,
}

struct State {
    /// `None` once the conversation is over.
    connection: Option<Connection<Stream>>,
    inbox: Inbox,
    /// Whether all messages that were read have been handled.
    is_all_handled: bool,
    /// Whether the member is to be closed with 1013.
    is_too_slow: bool,
}
// ANCHOR_END: line

/// The next thing that the task of a connection has to do.
#[derive(Debug)]
pub(crate) enum Turn {
    /// A text of this length was received and handled.
    Received(usize),
    /// A message was received that is not a text.
    NotText,
    /// Too much waits to be read by the member.
    TooSlow,
    /// The connection is over.
    Ended(Ended),
}

impl Line {
    /// Returns the line to a member of this name.
    pub(crate) fn new(name: Arc<str>, connection: Connection<Stream>, inbox: Inbox) -> Arc<Self> {
        let (connection, is_all_handled, is_too_slow) = (Some(connection), true, false);
        let state = State { connection, inbox, is_all_handled, is_too_slow };
        Arc::new(Self { name, state: Mutex::new(state) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // ANCHOR: deliver
    /// Sends a broadcast, and writes as much of it as the system takes at once. Called by the room's
    /// task.
    pub(crate) fn deliver(&self, broadcast: &Broadcast) -> Delivered {
        let mut state = self.state();
        let State { connection: Some(connection), inbox, .. } = &mut *state else {
            return Delivered::default();
        };
        let delivered = inbox.take(broadcast, &self.name, &mut connection.outgoing());
        if delivered.must_wake {
            connection.wake_task();
        }
        delivered
    }
    // ANCHOR_END: deliver

    /// Returns the bytes that wait until the member reads them.
    pub(crate) fn waiting(&self) -> usize {
        let mut state = self.state();
        let State { connection, inbox, .. } = &mut *state;
        let pending = connection.as_mut().map_or(0, |connection| connection.outgoing().pending());
        pending + inbox.behind()
    }

    /// Returns whether the member has something to catch up on. If more than `limit` bytes wait, and
    /// the member has taken nothing for some time, the conversation is ended.
    pub(crate) fn judge(&self, limit: usize, now: Instant) -> bool {
        let mut state = self.state();
        let State { connection, inbox, is_too_slow, .. } = &mut *state;
        let Some(connection) = connection else { return false };
        if inbox.is_too_slow(connection.outgoing().pending(), limit, now) {
            *is_too_slow = true;
            connection.wake_task();
        }
        inbox.is_behind() && !*is_too_slow
    }

    // ANCHOR: poll_turn
    /// Waits until there is something to do for the task of the connection. Meanwhile, sends and
    /// counts the messages that the member has missed. `handle` handles a text, and returns
    /// answers. With `may_receive` false, nothing is read.
    pub(crate) fn poll_turn(
        &self,
        log: &EventLog,
        context: &mut Context<'_>,
        may_receive: bool,
        metrics: &Metrics,
        handle: &mut impl FnMut(&str) -> Vec<Answer>,
    ) -> Poll<Turn> {
        let mut state = self.state();
        let State { connection, inbox, is_all_handled, is_too_slow } = &mut *state;
        let Some(connection) = connection else { return Poll::Pending };
        if *is_too_slow {
            return Poll::Ready(Turn::TooSlow);
        }
        // A member who has something to catch up on is not asked for more.
        if let Err(ended) = ready!(poll_caught_up(log, inbox, connection, metrics, context)) {
            return Poll::Ready(Turn::Ended(ended));
        }
        if !may_receive {
            return pin!(connection.pause()).poll(context).map(Turn::Ended);
        }
        if replace(is_all_handled, false) {
            inbox.note_read();
        }
        let Poll::Ready(received) = pin!(connection.recv()).poll(context) else {
            *is_all_handled = true;
            return Poll::Pending;
        };
        match received {
            Ok((Message::Text(text), mut outgoing)) => {
                // The protocol has checked that it is UTF-8.
                let answers = handle(std::str::from_utf8(text).unwrap_or_default());
                for answer in answers {
                    inbox.answer(&answer, &mut outgoing, metrics);
                }
                Poll::Ready(Turn::Received(text.len()))
            }
            Ok((Message::Binary(_), _)) => Poll::Ready(Turn::NotText),
            Err(ended) => Poll::Ready(Turn::Ended(ended)),
        }
    }
    // ANCHOR_END: poll_turn

    /// Sends answers to what was handled last. They are written by the next [turn](Self::poll_turn), or
    /// when the connection is closed.
    pub(crate) fn answer(&self, answers: &[Answer], metrics: &Metrics) {
        let mut state = self.state();
        let State { connection: Some(connection), inbox, .. } = &mut *state else { return };
        let mut outgoing = connection.outgoing();
        for answer in answers {
            inbox.answer(answer, &mut outgoing, metrics);
        }
    }

    /// Sends everything that is in the log, before the server stops. Returns when it is written, or the
    /// connection is broken.
    pub(crate) async fn send_rest(&self, log: &EventLog, metrics: &Metrics) {
        let mut is_first = true;
        poll_fn(|context| {
            let mut state = self.state();
            let State { connection: Some(connection), inbox, .. } = &mut *state else {
                return Poll::Ready(());
            };
            if replace(&mut is_first, false) {
                inbox.expect_no_broadcast(connection.outgoing().pending());
            }
            poll_caught_up(log, inbox, connection, metrics, context).map(drop)
        })
        .await;
    }

    /// Takes the connection, for its end. Nothing is delivered from now on.
    pub(crate) fn take_connection(&self) -> Option<Connection<Stream>> {
        self.state().connection.take()
    }
}

/// Sends what a member has missed, as the member takes it.
fn poll_caught_up(
    log: &EventLog,
    inbox: &mut Inbox,
    connection: &mut Connection<Stream>,
    metrics: &Metrics,
    context: &mut Context<'_>,
) -> Poll<Result<(), Ended>> {
    while !inbox.catch_up(log, &mut connection.outgoing(), metrics) {
        ready!(pin!(connection.flush()).poll(context))?;
    }
    Poll::Ready(Ok(()))
}

//! One connection of a member, from the first frame to the last: what the member sends, and the
//! broadcasts that the member receives.

use std::pin::pin;
use std::sync::Arc;

use echo::{CloseCode, CloseFrame, Connection, Ended, Message};
use event_log::Loss;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::broadcast::error::RecvError;
use tokio::task::coop::consume_budget;

use crate::connection::chat_limits::ChatLimits;
use crate::connection::rate_limit::RateLimit;
use crate::connection::slow_reader;
use crate::delivery::broadcast::Broadcast;
use crate::delivery::inbox::{Answer, Inbox};
use crate::metrics::Metrics;

/// Broadcasts that may wait for a member who sends.
const CROWD: usize = 256;

/// How a conversation ends.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The connection has ended.
    Ended(Ended),
    /// We close it, with this code and reason.
    Close(CloseFrame<'static>),
}

// ANCHOR: converse
/// Talks with a member until one side ends it. The caller ends the TCP connection, after the member
/// has left the room. `receive` handles each text, and returns the answer for its sender, if any.
/// `lost` ends when the member loses the name.
///
/// There is one task for a connection, and it waits for three things at once: for a message from the
/// member, for a broadcast, and for room to write, which is a part of [`Connection::recv`]. So a
/// member who does not read does not delay the others (fault F21). Its own task goes on taking
/// broadcasts, until too much waits and the connection is closed with 1013.
pub(crate) async fn converse<Stream: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<Stream>,
    inbox: &mut Inbox,
    limits: ChatLimits,
    metrics: &Metrics,
    mut receive: impl FnMut(&str) -> Option<Answer> + Send,
    lost: impl Future<Output = Loss>,
) -> Outcome {
    let mut lost = pin!(lost);
    let mut rate_limit = RateLimit::new(limits.rate);
    loop {
        if inbox.broadcasts.len() >= CROWD {
            // Whoever sends a lot at once also takes what comes of it.
            let first = inbox.broadcasts.recv().await;
            if let Some(outcome) = deliver(first, connection, inbox, limits, metrics) {
                return outcome;
            }
            continue;
        }
        let is_behind = !inbox.catch_up(connection.outgoing());
        let received = async {
            if is_behind {
                // Until there is room for more of what the member has missed.
                return connection.flush().await.map(|()| None);
            }
            let may_send = tokio::select! {
                biased;
                () = rate_limit.wait() => Ok(()),
                ended = connection.pause() => Err(ended),
            };
            may_send?;
            connection.recv().await.map(Some)
        };
        // ANCHOR_END: converse
        // ANCHOR: select
        tokio::select! {
            // In this order, so that what was sent so far is written before more is taken.
            biased;
            received = received => match received {
                Ok(None) => {}
                Ok(Some((Message::Text(text), mut outgoing))) => {
                    rate_limit.count();
                    metrics.message_received(text.len());
                    // The protocol has checked that it is UTF-8.
                    let answer = receive(std::str::from_utf8(text).unwrap_or_default());
                    if let Some(answer) = answer {
                        inbox.answer(&answer, &mut outgoing);
                    }
                    // A member who sends a thousand messages at once lets the room's task work, too.
                    consume_budget().await;
                }
                Ok(Some((Message::Binary(_), _))) => {
                    return close(CloseCode::UNSUPPORTED_DATA, "only texts, please");
                }
                Err(ended) => {
                    if let Ended::Stopped = ended {
                        inbox.send_rest(&mut connection.outgoing());
                    }
                    return Outcome::Ended(ended);
                }
            },
            first = inbox.broadcasts.recv() => {
                if let Some(outcome) = deliver(first, connection, inbox, limits, metrics) {
                    return outcome;
                }
            }
            how = &mut lost => {
                let reason = match how {
                    Loss::GoesOn => "this name goes on in another window",
                    Loss::Taken => {
                        "somebody else got this name, or one like it, before the servers lost each other"
                    },
                };
                return close(CloseCode::POLICY_VIOLATION, reason);
            }
        }
    }
}
// ANCHOR_END: select

/// Takes the broadcasts that have come, the first of which was received already. Returns how the
/// conversation ends if the member is too slow.
fn deliver<Stream: AsyncRead + AsyncWrite + Unpin>(
    first: Result<Arc<Broadcast>, RecvError>,
    connection: &mut Connection<Stream>,
    inbox: &mut Inbox,
    limits: ChatLimits,
    metrics: &Metrics,
) -> Option<Outcome> {
    let mut outgoing = connection.outgoing();
    let is_complete = inbox.take(first, &mut outgoing, metrics);
    let is_too_slow = !is_complete || inbox.waiting(outgoing.pending()) > limits.queue;
    is_too_slow.then(|| {
        metrics.slow_reader();
        Outcome::Close(slow_reader::CLOSE)
    })
}

fn close(code: CloseCode, reason: &'static str) -> Outcome {
    Outcome::Close(CloseFrame { code, reason })
}

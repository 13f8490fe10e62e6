//! One conversation with a participant, from the first message to the last.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use echo::{CloseCode, CloseFrame};
use event_log::Loss;
use tokio::task::coop::consume_budget;
use tokio::time::{Sleep, sleep};

use crate::app::Seat;
use crate::connection::ending::{Outcome, leave};
use crate::connection::rate_limit::RateLimit;
use crate::connection::slow_reader;
use crate::delivery::line::Turn;
use crate::delivery::participant::Participant;

/// To somebody whose name was given to another visitor while the servers could not reach each other.
const LOST: &str = "somebody else got this name, or one like it, before the servers lost contact";

/// How long a member rests while the room has much to send.
const SHORT_REST: Duration = Duration::from_millis(5);

// ANCHOR: conversation
/// The task of a connection: the conversation, and then the end.
///
/// It waits for three things at once: for something to do on the
/// [line](crate::delivery::line::Line), for the end of a rest, and for the loss of the name. A
/// broadcast does not go through this task, so a member who does not read does not delay the others
/// (fault F21).
///
/// Most connections are quiet most of the time, and then this is all that they keep in memory. So the
/// future is written by hand: that of an `async fn` would be three times as large.
pub(crate) struct Conversation<P> {
    /// Who takes part, with the place among the open connections. Taken at the end.
    talk: Option<(P, Seat)>,
    rate_limit: RateLimit,
    /// While it runs, nothing is received: the member has sent too fast, or the room has much to send.
    rest: Option<Pin<Box<Sleep>>>,
    /// The future that ends the connection, once the conversation is over.
    end: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}
// ANCHOR_END: conversation

impl<P: Participant> Conversation<P> {
    pub(crate) fn new(participant: P, seat: Seat) -> Self {
        let rate_limit = RateLimit::new(seat.0.chat_limits.rate);
        Self { talk: Some((participant, seat)), rate_limit, rest: None, end: None }
    }

    // ANCHOR: converse
    /// Talks with the participant until one side ends it.
    fn poll_talk(
        (participant, seat): &mut (P, Seat),
        rate_limit: &mut RateLimit,
        rest: &mut Option<Pin<Box<Sleep>>>,
        context: &mut Context<'_>,
    ) -> Poll<Outcome> {
        let app = &*seat.0;
        loop {
            if rest.as_mut().is_some_and(|rest| rest.as_mut().poll(context).is_ready()) {
                *rest = None;
            }
            if rest.is_none() && participant.must_wait() {
                *rest = Some(Box::pin(sleep(SHORT_REST)));
                continue;
            }
            let turn = {
                let mut handle = |text: &str| participant.handle(text);
                participant.line().poll_turn(
                    &app.log,
                    context,
                    rest.is_none(),
                    &app.metrics,
                    &mut handle,
                )
            };
            let Poll::Ready(turn) = turn else {
                // After what came so far was handled.
                return participant.poll_lost(context).map(|how| {
                    let reason = match how {
                        Loss::GoesOn => "this name is now used in another window",
                        Loss::Taken => LOST,
                    };
                    close(CloseCode::POLICY_VIOLATION, reason)
                });
            };
            match turn {
                Turn::Received(bytes) => {
                    *rest = rate_limit.count();
                    app.metrics.message_received(bytes);
                    // A member who sends a thousand messages at once lets the room's task work, too.
                    ready!(pin!(consume_budget()).poll(context));
                }
                Turn::NotText => {
                    return Poll::Ready(close(CloseCode::UNSUPPORTED_DATA, "only texts, please"));
                }
                Turn::TooSlow => {
                    app.metrics.slow_reader();
                    return Poll::Ready(Outcome::Close(slow_reader::CLOSE));
                }
                Turn::Ended(ended) => return Poll::Ready(Outcome::Ended(ended)),
            }
        }
    }
    // ANCHOR_END: converse
}

impl<P: Participant + Unpin> Future for Conversation<P> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Self { talk, rate_limit, rest, end } = self.get_mut();
        if let Some(talking) = talk {
            let outcome = ready!(Self::poll_talk(talking, rate_limit, rest, context));
            *end = talk.take().map(
                |(participant, seat)| -> Pin<Box<dyn Future<Output = ()> + Send>> {
                    let line = Arc::clone(participant.line());
                    Box::pin(async move { leave(line, participant, outcome, &seat.0).await })
                },
            );
        }
        end.as_mut().map_or(Poll::Ready(()), |end| end.as_mut().poll(context))
    }
}

fn close(code: CloseCode, reason: &'static str) -> Outcome {
    Outcome::Close(CloseFrame { code, reason })
}

//! One conversation with a participant, from the first message to the last.

use std::mem::take;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use echo::{CloseCode, CloseFrame};
use event_log::Loss;
use tokio::task::coop::consume_budget;
use tokio::time::{Instant, Sleep, sleep};

use crate::app::Seat;
use crate::connection::ending::{Outcome, leave};
use crate::connection::rate_limit::RateLimit;
use crate::connection::slow_reader;
use crate::delivery::inbox::Answer;
use crate::delivery::line::Turn;
use crate::delivery::participant::{Handled, Participant, Said};

/// To somebody whose name was given to another visitor while the servers could not reach each other.
const LOST: &str = "somebody else got this name, or one like it, before the servers lost contact";

/// How long a member rests while the room has much to send.
const SHORT_REST: Duration = Duration::from_millis(5);
/// When so many bytes were received from a member, they are appended to the log before more is read.
const HEARD_MAX: usize = 64 * 1024;
/// Room for most of what comes at once.
const SAID_USUAL: usize = 16;

// ANCHOR: conversation
/// The task of a connection: the conversation, and then the end.
///
/// It waits for three things at once: for something to do on the
/// [line](crate::delivery::line::Line), for the end of a pause, and for the loss of the name. A
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
    ///
    /// What has come at once is appended to the log at once, and then the room's task sends it to
    /// the others in one piece.
    fn poll_talk(
        talking: &mut (P, Seat),
        rate_limit: &mut RateLimit,
        rest: &mut Option<Pin<Box<Sleep>>>,
        context: &mut Context<'_>,
    ) -> Poll<Outcome> {
        loop {
            let mut heard = Heard::default();
            let progress = Self::poll_hear(talking, &mut heard, rate_limit, rest, context);
            let (participant, seat) = &mut *talking;
            let answers = heard.append(participant);
            if !answers.is_empty() {
                participant.line().answer(&answers, &seat.0.metrics);
            }
            if heard.messages > 0 {
                seat.0.metrics.messages_received(heard.messages, heard.bytes);
            }
            match progress {
                Poll::Ready(Progress::Over(outcome)) => return Poll::Ready(outcome),
                Poll::Ready(Progress::GoOn) => {}
                Poll::Pending => {
                    if !answers.is_empty() {
                        // They are written in the next turn.
                        context.waker().wake_by_ref();
                    }
                    return Self::poll_lost(participant, context);
                }
            }
        }
    }
    // ANCHOR_END: converse

    // ANCHOR: hear
    /// Hears what the participant says, until nothing more has come, or it is much.
    fn poll_hear(
        (participant, seat): &mut (P, Seat),
        heard: &mut Heard,
        rate_limit: &mut RateLimit,
        rest: &mut Option<Pin<Box<Sleep>>>,
        context: &mut Context<'_>,
    ) -> Poll<Progress> {
        let (app, now) = (&*seat.0, Instant::now());
        while heard.bytes < HEARD_MAX {
            if rest.as_mut().is_some_and(|rest| rest.as_mut().poll(context).is_ready()) {
                *rest = None;
            }
            if rest.is_none() && participant.must_wait() {
                *rest = Some(Box::pin(sleep(SHORT_REST)));
                continue;
            }
            let turn = participant.line().poll_turn(
                &app.log,
                context,
                rest.is_none(),
                &app.metrics,
                &mut |text| heard.handle(text, participant),
            );
            match ready!(turn) {
                Turn::Received(bytes) => {
                    *rest = rate_limit.count(now);
                    heard.messages += 1;
                    heard.bytes += bytes;
                    // A member who sends a thousand messages at once lets the room's task work, too.
                    ready!(pin!(consume_budget()).poll(context));
                }
                Turn::NotText => {
                    return over(close(CloseCode::UNSUPPORTED_DATA, "only texts, please"));
                }
                Turn::TooSlow => {
                    app.metrics.slow_reader();
                    return over(Outcome::Close(slow_reader::CLOSE));
                }
                Turn::Ended(ended) => return over(Outcome::Ended(ended)),
            }
        }
        Poll::Ready(Progress::GoOn)
    }
    // ANCHOR_END: hear

    /// Waits until the participant loses the name.
    fn poll_lost(participant: &mut P, context: &mut Context<'_>) -> Poll<Outcome> {
        participant.poll_lost(context).map(|how| {
            let reason = match how {
                Loss::GoesOn => "this name is now used in another window",
                Loss::Taken => LOST,
            };
            close(CloseCode::POLICY_VIOLATION, reason)
        })
    }
}

/// How far a conversation has come.
enum Progress {
    /// There may be more to hear.
    GoOn,
    Over(Outcome),
}

/// What was heard from a participant and is not in the log yet.
#[derive(Default)]
struct Heard {
    said: Vec<Said>,
    /// All messages, and their bytes.
    messages: usize,
    bytes: usize,
}

impl Heard {
    /// Handles a text. Returns answers to it and to texts before it.
    fn handle(&mut self, text: &str, participant: &impl Participant) -> Vec<Answer> {
        match participant.handle(text) {
            Handled::Said(said) => {
                if self.said.is_empty() {
                    self.said.reserve(SAID_USUAL);
                }
                self.said.push(said);
                Vec::new()
            }
            Handled::Answered(None) => Vec::new(),
            Handled::Answered(Some(answer)) => {
                // Answers come in the order of the questions.
                let mut answers = self.append(participant);
                answers.push(answer);
                answers
            }
        }
    }

    /// Appends what was said to the log. Returns answers.
    fn append(&mut self, participant: &impl Participant) -> Vec<Answer> {
        let said = take(&mut self.said);
        if said.is_empty() { Vec::new() } else { participant.append(&said) }
    }
}

fn over(outcome: Outcome) -> Poll<Progress> {
    Poll::Ready(Progress::Over(outcome))
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

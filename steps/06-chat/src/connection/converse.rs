//! One conversation with a member, from the first frame to the last.

use std::future::poll_fn;
use std::pin::{Pin, pin};

use echo::{CloseCode, CloseFrame, Ended};
use event_log::Loss;
use tokio::task::coop::consume_budget;
use tokio::time::Sleep;

use crate::app::App;
use crate::connection::rate_limit::RateLimit;
use crate::connection::slow_reader;
use crate::delivery::inbox::Answer;
use crate::delivery::line::{Line, Turn};

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
/// has left the room. `handle` handles each text, and returns the answer for its sender, if any.
/// `lost` ends when the member loses the name.
///
/// There is one task for a connection, and it waits for two things at once: for something to do on
/// the [line](Line), and for the loss of the name. A broadcast does not go through this task. So a
/// member who does not read does not delay the others (fault F21).
pub(crate) async fn converse(
    line: &Line,
    app: &App,
    mut handle: impl FnMut(&str) -> Option<Answer>,
    lost: impl Future<Output = Loss>,
) -> Outcome {
    let mut lost = pin!(lost);
    let mut rate_limit = RateLimit::new(app.chat_limits.rate);
    loop {
        let mut rest = rate_limit.rest();
        let may_receive = rest.is_none();
        let turn = tokio::select! {
            // In this order, so that what came so far is handled before the name is lost.
            biased;
            turn = poll_fn(|context| line.poll_turn(&app.log, context, may_receive, &mut handle)) => turn,
            () = finished(&mut rest), if !may_receive => continue,
            how = &mut lost => {
                let reason = match how {
                    Loss::GoesOn => "this name goes on in another window",
                    Loss::Taken => {
                        "somebody else got this name, or one like it, before the servers lost each other"
                    },
                };
                return close(CloseCode::POLICY_VIOLATION, reason);
            }
        };
        match turn {
            Turn::Received(bytes) => {
                rate_limit.count();
                app.metrics.message_received(bytes);
                // A member who sends a thousand messages at once lets the room's task work, too.
                consume_budget().await;
            }
            Turn::NotText => return close(CloseCode::UNSUPPORTED_DATA, "only texts, please"),
            Turn::TooSlow => {
                app.metrics.slow_reader();
                return Outcome::Close(slow_reader::CLOSE);
            }
            Turn::Ended(ended) => return Outcome::Ended(ended),
        }
    }
}
// ANCHOR_END: converse

/// Waits until a rest is over.
async fn finished(rest: &mut Option<Pin<Box<Sleep>>>) {
    if let Some(rest) = rest {
        rest.await;
    }
}

fn close(code: CloseCode, reason: &'static str) -> Outcome {
    Outcome::Close(CloseFrame { code, reason })
}

//! One connection that hears the news and has its own say, from the first frame to the last.

use std::time::Duration;

use echo::{CloseCode, CloseFrame, Encoded, Ended, Message, Receiver, Sender};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::chat_limits::ChatLimits;
use crate::metrics::Metrics;
use crate::place::Place;
use crate::rate_limit::RateLimit;

/// Why a connection does not go on.
#[derive(Debug)]
pub(crate) enum Over {
    /// It has ended, one way or the other.
    Ended(Ended),
    /// We end it: with this code, for this reason.
    Close(CloseFrame<'static>),
}

// ANCHOR: attend
/// Stays until it is over, and leaves the end of the TCP connection to the caller: who has left may
/// take their time for it. `hear` is given each text, and returns what only its sender is told.
///
/// There is one task for a connection, and it waits for three things at once: for what the peer
/// says, for news, and for room to write, which is a part of [`Receiver::recv`]. So a peer that does
/// not read holds up nobody (fault F21): its own task goes on taking the news, until what waits is
/// too much and the peer is closed with 1013.
pub(crate) async fn attend<Reader, Writer>(
    receiver: &mut Receiver<Reader>,
    sender: &mut Sender<Writer>,
    place: &mut Place,
    limits: ChatLimits,
    metrics: &Metrics,
    mut hear: impl FnMut(&str) -> Option<Encoded> + Send,
) -> Over
where
    Reader: AsyncRead + Unpin,
    Writer: AsyncWrite + Unpin,
{
    let mut rate_limit = RateLimit::new(limits.rate);
    loop {
        let is_behind = !place.catch_up(sender);
        let heard = async {
            if is_behind {
                // Until there is room for more of what they have missed.
                return receiver.flush(sender).await.map(|()| None);
            }
            tokio::select! {
                biased;
                () = rate_limit.wait() => receiver.recv(sender).await.map(Some),
                ended = receiver.pause(sender) => Err(ended),
            }
        };
        tokio::select! {
            // In this order: what was said so far is written before more news is taken.
            biased;
            message = heard => match message {
                Ok(None) => {}
                Ok(Some(Message::Text(text))) => {
                    rate_limit.count();
                    metrics.message_received(text.len());
                    // It has been checked to be UTF-8.
                    let answer = hear(std::str::from_utf8(text).unwrap_or_default());
                    if let Some(answer) = answer {
                        sender.send_encoded(&answer);
                    }
                }
                Ok(Some(Message::Binary(_))) => {
                    return close(CloseCode::UNSUPPORTED_DATA, "only texts, please");
                }
                Err(ended) => {
                    if let Ended::Stopped = ended {
                        place.say_rest(sender);
                    }
                    return Over::Ended(ended);
                }
            },
            first = place.news.recv() => {
                if !place.take(first, sender, metrics) || place.waiting(sender) > limits.queue {
                    metrics.slow_reader();
                    return close(CloseCode::TRY_AGAIN_LATER, "too slow: too much waits to be read");
                }
            }
            _ = &mut place.taken => {
                return close(CloseCode::POLICY_VIOLATION, "this name goes on in another window");
            }
        }
    }
}
// ANCHOR_END: attend

fn close(code: CloseCode, reason: &'static str) -> Over {
    Over::Close(CloseFrame { code, reason })
}

/// How long a peer may take to end, once we have said why.
///
/// One that is slow has much to read before it comes to the reason, so it gets the time in which a
/// silent peer is taken for gone. Its place in the room is free meanwhile.
pub(crate) fn time_to_end(close: &CloseFrame<'_>, timeouts: &echo::Timeouts) -> Duration {
    if close.code == CloseCode::TRY_AGAIN_LATER { timeouts.idle } else { timeouts.close }
}

//! One connection that hears the news and has its own say, from the first frame to the last.

use std::time::Duration;

use clap::Args;
use echo::{CloseCode, CloseFrame, Encoded, Ended, Message, Receiver, Sender};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{broadcast, oneshot};
use tokio::task::yield_now;

use crate::allowance::Allowance;
use crate::metrics::Metrics;
use crate::news::News;

/// News that is taken in one go, before it is written.
const BATCH: u64 = 64;

/// Somebody's place among those who hear the news.
pub(crate) struct Place {
    /// What they are called; nothing where people have no names.
    pub(crate) name: String,
    /// What they get first.
    pub(crate) greeting: Vec<Encoded>,
    /// What they get then.
    pub(crate) news: broadcast::Receiver<News>,
    /// Says nothing, and ends when somebody else takes the place.
    pub(crate) taken: oneshot::Receiver<()>,
}

/// What one member may ask of us.
#[derive(Args, Clone, Copy, Debug)]
pub struct Bounds {
    /// The longest message in a room; a longer one is closed with 1009
    #[arg(long = "max-chat-message", value_name = "BYTES", default_value_t = 16 * 1024)]
    pub chat_message: usize,
    /// Messages that a member may say in a second; who says more is heard later
    #[arg(long = "rate", value_name = "COUNT", default_value_t = 50)]
    pub rate: u32,
    /// Bytes that may wait to be read by a member; one who is slower is closed with 1013
    #[arg(long = "max-queue", value_name = "BYTES", default_value_t = 512 * 1024)]
    pub queue: usize,
}

/// Why a connection does not go on.
#[derive(Debug)]
pub(crate) enum Over {
    /// It has ended, one way or the other.
    Ended(Ended),
    /// We end it: with this code, for this reason.
    Close(CloseFrame<'static>),
}

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
    bounds: Bounds,
    metrics: &Metrics,
    mut hear: impl FnMut(&str) -> Option<Encoded> + Send,
) -> Over
where
    Reader: AsyncRead + Unpin,
    Writer: AsyncWrite + Unpin,
{
    let mut allowance = Allowance::new(bounds.rate);
    for frame in place.greeting.drain(..) {
        sender.send_encoded(&frame);
    }
    loop {
        let heard = async {
            tokio::select! {
                biased;
                () = allowance.left() => receiver.recv(sender).await,
                ended = receiver.pause(sender) => Err(ended),
            }
        };
        tokio::select! {
            // In this order: what was said so far is written before more news is taken.
            biased;
            message = heard => match message {
                Ok(Message::Text(text)) => {
                    allowance.spend();
                    metrics.heard(text.len());
                    // It has been checked to be UTF-8.
                    let answer = hear(std::str::from_utf8(text).unwrap_or_default());
                    if let Some(answer) = answer {
                        sender.send_encoded(&answer);
                    }
                    // Who has much to say lets the others hear it before it goes on.
                    yield_now().await;
                }
                Ok(Message::Binary(_)) => return close(CloseCode::UNSUPPORTED_DATA, "only texts, please"),
                Err(ended) => return Over::Ended(ended),
            },
            first = place.news.recv() => {
                if !take_news(place, first, sender, metrics) || sender.pending() > bounds.queue {
                    metrics.slow();
                    return close(CloseCode::TRY_AGAIN_LATER, "too slow: too much waits to be read");
                }
            }
            _ = &mut place.taken => {
                return close(CloseCode::POLICY_VIOLATION, "this name goes on in another window");
            }
        }
    }
}

/// Takes the news that is there, the first of it already in our hands. `false` if some was missed.
fn take_news<Writer: AsyncWrite + Unpin>(
    place: &mut Place,
    first: Result<News, RecvError>,
    sender: &mut Sender<Writer>,
    metrics: &Metrics,
) -> bool {
    let (mut messages, mut bytes) = (0, 0);
    let mut next = first.ok();
    loop {
        let Some(news) = next else { return false };
        if let Some(frame) = news.for_member(&place.name) {
            sender.send_encoded(frame);
            bytes += frame.frame().len() as u64;
        }
        messages += 1;
        if messages == BATCH {
            break;
        }
        next = match place.news.try_recv() {
            Err(TryRecvError::Empty) => break,
            more => more.ok(),
        };
    }
    metrics.told(messages, bytes);
    true
}

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

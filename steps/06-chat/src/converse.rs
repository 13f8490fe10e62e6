//! One connection of a member, from the first frame to the last: what they send, and the news.

use clap::Args;
use echo::{CloseCode, CloseFrame, Connection, Encoded, Ended, Message};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::allowance::Allowance;
use crate::inbox::Inbox;
use crate::metrics::Metrics;
use crate::slow_reader;

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

/// How a conversation ends.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The connection has ended.
    Ended(Ended),
    /// We close it, with this code and reason.
    Close(CloseFrame<'static>),
}

// ANCHOR: converse
/// Talks with a member until one side ends it. The end of the TCP connection is left to the caller:
/// the member has left the room by then. `receive` is given each text, and returns what only its
/// sender is sent.
///
/// There is one task for a connection, and it waits for three things at once: for what the member
/// sends, for news, and for room to write, which is a part of [`Connection::recv`]. So a member who
/// does not read delays nobody else (fault F21): their own task goes on taking the news, until too
/// much waits and they are closed with 1013.
pub(crate) async fn converse<Stream: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<Stream>,
    inbox: &mut Inbox,
    bounds: Bounds,
    metrics: &Metrics,
    mut receive: impl FnMut(&str) -> Option<Encoded> + Send,
) -> Outcome {
    let mut allowance = Allowance::new(bounds.rate);
    loop {
        let is_behind = !inbox.catch_up(connection.outgoing());
        let received = async {
            if is_behind {
                // Until there is room for more of what they have missed.
                return connection.flush().await.map(|()| None);
            }
            let may_send = tokio::select! {
                biased;
                () = allowance.left() => Ok(()),
                ended = connection.pause() => Err(ended),
            };
            may_send?;
            connection.recv().await.map(Some)
        };
        tokio::select! {
            // In this order: what was sent so far is written before more news is taken.
            biased;
            received = received => match received {
                Ok(None) => {}
                Ok(Some((Message::Text(text), mut outgoing))) => {
                    allowance.spend();
                    metrics.heard(text.len());
                    // The protocol has checked that it is UTF-8.
                    let answer = receive(std::str::from_utf8(text).unwrap_or_default());
                    if let Some(answer) = answer {
                        outgoing.send_encoded(&answer);
                    }
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
            first = inbox.news.recv() => {
                let mut outgoing = connection.outgoing();
                let is_complete = inbox.take(first, &mut outgoing, metrics);
                if !is_complete || inbox.waiting(outgoing.pending()) > bounds.queue {
                    metrics.slow();
                    return Outcome::Close(slow_reader::CLOSE);
                }
            }
            _ = &mut inbox.taken => {
                return close(CloseCode::POLICY_VIOLATION, "this name goes on in another window");
            }
        }
    }
}
// ANCHOR_END: converse

fn close(code: CloseCode, reason: &'static str) -> Outcome {
    Outcome::Close(CloseFrame { code, reason })
}

//! From a request to a conversation: the handshake, the socket taken out of hyper, and what is
//! talked about.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use echo::{Agreement, CloseCode, CloseFrame, Ended, Limits, Receiver, Role, Sender, echo};
use event_log::EventId;
use handshake::Refusal;
use hyper::upgrade::{OnUpgrade, on};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, split};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio_rustls::server::TlsStream;
use tracing::{debug, info};

use crate::app::App;
use crate::attend::{Over, attend, time_to_end};

/// What a connection is for.
#[derive(Debug)]
pub(crate) enum Purpose {
    /// Everything comes back.
    Echo,
    /// The vote.
    Vote,
    /// A room, under a name.
    Room {
        room: String,
        name: String,
        /// The page's secret, by which it is known when it comes back.
        session: String,
        /// The last message that it has seen.
        after: Option<EventId>,
    },
}

// ANCHOR: open
/// Answers a request for a WebSocket: by the rules of step 2, which do not ask who read the request.
pub(crate) fn open(app: &Arc<App>, mut request: Request, purpose: Purpose) -> Response {
    let upgrade = handshake::upgrade(&request, &app.policy);
    let seat = Arc::clone(&app.permits).try_acquire_owned();
    let refusal = match (upgrade, seat) {
        (Ok(mut upgrade), Ok(seat)) => {
            let app = Arc::clone(app);
            let agreed = app.compression.accept(request.headers());
            upgrade.extensions = agreed.map(|agreed| agreed.to_string());
            tokio::spawn(take_over(app, on(&mut request), purpose, agreed, seat));
            return upgrade.response().map(Body::from);
        }
        (Ok(_), Err(_)) => Refusal::Busy,
        (Err(refusal), _) => refusal,
    };
    app.metrics.handshake_refused();
    debug!("refused: {refusal}");
    refusal.response().map(Body::from)
}
// ANCHOR_END: open

// ANCHOR: take_over
/// Takes the socket out of hyper, as it is: from here on nothing stands between it and us.
async fn take_over(
    app: Arc<App>,
    upgraded: OnUpgrade,
    purpose: Purpose,
    agreed: Option<Agreement>,
    seat: OwnedSemaphorePermit,
) {
    let Ok(upgraded) = upgraded.await else { return };
    app.metrics.connection_opened();
    match upgraded.downcast::<TokioIo<TcpStream>>() {
        Ok(parts) => {
            let mut stream = parts.io.into_inner();
            let (reader, writer) = stream.split();
            converse(&app, reader, writer, parts.read_buf.to_vec(), purpose, agreed).await;
        }
        Err(upgraded) => {
            let Ok(parts) = upgraded.downcast::<TokioIo<TlsStream<TcpStream>>>() else { return };
            let (reader, writer) = split(parts.io.into_inner());
            converse(&app, reader, writer, parts.read_buf.to_vec(), purpose, agreed).await;
        }
    }
    drop(seat);
}
// ANCHOR_END: take_over

/// A conversation, from its first frame to its last.
async fn converse<Reader, Writer>(
    app: &Arc<App>,
    reader: Reader,
    writer: Writer,
    rest: Vec<u8>,
    purpose: Purpose,
    agreed: Option<Agreement>,
) where
    Reader: AsyncRead + Unpin + Send,
    Writer: AsyncWrite + Unpin + Send,
{
    let limits = match purpose {
        Purpose::Echo => app.limits,
        _ => Limits { message: app.chat_limits.chat_message, ..app.limits },
    };
    let mut sender = Sender::new(writer, Role::Server);
    let mut receiver = Receiver::new(reader, rest, Role::Server, limits, &app.clock);
    if let Some(agreed) = agreed {
        receiver.agree(agreed, &mut sender);
    }
    let over = if let Purpose::Echo = purpose {
        let Err(ended) = echo(&mut receiver, &mut sender).await;
        Over::Ended(ended)
    } else {
        // What is only needed in a room is boxed, so that an echo is small.
        Box::pin(take_part(app, &mut receiver, &mut sender, purpose)).await
    };
    match over {
        Over::Ended(ended) => {
            info!("{ended}");
            app.metrics.connection_ended(code_of(&ended));
            Box::pin(receiver.end(&mut sender, &ended)).await;
        }
        Over::Close(close) => {
            info!("closing with {}: {}", close.code, close.reason);
            app.metrics.connection_ended(close.code.number());
            let time = time_to_end(&close, &app.timeouts);
            Box::pin(receiver.close(&mut sender, close, time)).await;
        }
    }
}

/// Enters a room or the vote, and stays until it is over. Who has left is gone from there, whatever
/// their connection still has to do.
async fn take_part<Reader, Writer>(
    app: &Arc<App>,
    receiver: &mut Receiver<Reader>,
    sender: &mut Sender<Writer>,
    purpose: Purpose,
) -> Over
where
    Reader: AsyncRead + Unpin + Send,
    Writer: AsyncWrite + Unpin + Send,
{
    let Purpose::Room { room, name, session, after } = purpose else {
        let (_held, mut place) = app.election.enter();
        let hear = |text: &str| app.election.handle(text);
        return attend(receiver, sender, &mut place, app.chat_limits, &app.metrics, hear).await;
    };
    let (membership, mut place) = match app.rooms.enter(&room, &name, &session, after).await {
        Ok(entered) => entered,
        Err(reason) => {
            info!("{name:?} is not let into {room:?}: {reason}");
            return Over::Close(CloseFrame { code: CloseCode::POLICY_VIOLATION, reason });
        }
    };
    info!("{name:?} enters {room:?}");
    let hear = |text: &str| membership.handle(text);
    attend(receiver, sender, &mut place, app.chat_limits, &app.metrics, hear).await
}

/// The status code that stands for an end; 1005 and 1006 for those that have none on the wire.
fn code_of(ended: &Ended) -> u16 {
    match ended {
        Ended::Closed(code) => code.map_or(1005, CloseCode::number),
        Ended::Failed(failure) => failure.code().number(),
        Ended::Stopped => CloseCode::GOING_AWAY.number(),
        Ended::Quiet | Ended::Vanished(_) => 1006,
    }
}

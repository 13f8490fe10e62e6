//! From a request to a conversation: the handshake, the socket taken out of hyper, and what is
//! talked about.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use echo::{Agreement, CloseCode, CloseFrame, Connection, Ended, Endpoint, Limits, Role, echo};
use handshake::Refusal;
use hyper::upgrade::{OnUpgrade, on};
use hyper_util::rt::TokioIo;
use polling::EventId;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio_rustls::server::TlsStream;
use tracing::{debug, info};

use crate::app::App;
use crate::converse::{Outcome, converse};
use crate::slow_reader::time_to_end;

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
    let seat = Arc::clone(&app.seats).try_acquire_owned();
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
    app.metrics.refused();
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
    app.metrics.opened();
    match upgraded.downcast::<TokioIo<TcpStream>>() {
        Ok(parts) => {
            let (stream, received) = (parts.io.into_inner(), parts.read_buf.to_vec());
            serve(&app, stream, received, purpose, agreed).await;
        }
        Err(upgraded) => {
            let Ok(parts) = upgraded.downcast::<TokioIo<TlsStream<TcpStream>>>() else { return };
            let (stream, received) = (parts.io.into_inner(), parts.read_buf.to_vec());
            serve(&app, stream, received, purpose, agreed).await;
        }
    }
    drop(seat);
}
// ANCHOR_END: take_over

/// Serves an open connection, from its first frame to its last.
async fn serve<Stream: AsyncRead + AsyncWrite + Unpin + Send>(
    app: &Arc<App>,
    stream: Stream,
    received: Vec<u8>,
    purpose: Purpose,
    agreed: Option<Agreement>,
) {
    let limits = match purpose {
        Purpose::Echo => app.limits,
        _ => Limits { message: app.bounds.chat_message, ..app.limits },
    };
    let endpoint = Endpoint::new(Role::Server, limits, received, agreed);
    let mut connection = Connection::new(stream, endpoint, &app.clock);
    let outcome = if let Purpose::Echo = purpose {
        let Err(ended) = echo(&mut connection).await;
        Outcome::Ended(ended)
    } else {
        // What is only needed in a room is boxed, so that an echo is small.
        Box::pin(take_part(app, &mut connection, purpose)).await
    };
    match outcome {
        Outcome::Ended(ended) => {
            info!("{ended}");
            app.metrics.closed(code_of(&ended));
            Box::pin(connection.end(&ended)).await;
        }
        Outcome::Close(close) => {
            info!("closing with {}: {}", close.code, close.reason);
            app.metrics.closed(close.code.number());
            let time = time_to_end(&close, &app.timeouts);
            Box::pin(connection.close(close, time)).await;
        }
    }
}

/// Enters a room or the vote, and stays until one side ends it. A member has left the room before
/// their connection ends.
async fn take_part<Stream: AsyncRead + AsyncWrite + Unpin + Send>(
    app: &Arc<App>,
    connection: &mut Connection<Stream>,
    purpose: Purpose,
) -> Outcome {
    let Purpose::Room { room, name, session, after } = purpose else {
        let (_held, mut inbox) = app.ballot.enter();
        let receive = |text: &str| app.ballot.hear(text);
        return converse(connection, &mut inbox, app.bounds, &app.metrics, receive).await;
    };
    let (membership, mut inbox) = match app.rooms.enter(&room, &name, &session, after).await {
        Ok(entered) => entered,
        Err(reason) => {
            info!("{name:?} is not let into {room:?}: {reason}");
            return Outcome::Close(CloseFrame { code: CloseCode::POLICY_VIOLATION, reason });
        }
    };
    info!("{name:?} enters {room:?}");
    let receive = |text: &str| membership.hear(text);
    converse(connection, &mut inbox, app.bounds, &app.metrics, receive).await
}

/// The status code that stands for an end; 1005 and 1006 for those that have none on the wire.
fn code_of(ended: &Ended) -> u16 {
    match ended {
        Ended::Closed(code) => code.map_or(1005, CloseCode::number),
        Ended::Failed(failure) => failure.code().number(),
        Ended::Stopped => CloseCode::GOING_AWAY.number(),
        Ended::Idle | Ended::Vanished(_) => 1006,
    }
}

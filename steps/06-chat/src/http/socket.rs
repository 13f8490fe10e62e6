//! From a request to a WebSocket: the opening handshake, the socket taken out of hyper, and the
//! connection until it ends.

use std::future::pending;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use echo::{Agreement, CloseCode, Connection, Ended, Ending, Endpoint, Limits, Role, echo};
use handshake::Refusal;
use hyper::upgrade::{OnUpgrade, on};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio_rustls::server::TlsStream;
use tracing::{debug, info, warn};

use crate::app::App;
use crate::connection::converse::{Outcome, converse};
use crate::connection::slow_reader::time_to_end;
use crate::http::hello::{Visit, complete};

/// What a connection is for.
#[derive(Debug)]
pub(crate) enum Purpose {
    /// Every message is echoed.
    Echo,
    /// The vote.
    Vote { visit: Visit },
    /// A member of a room.
    Room { room: String, name: String, visit: Visit },
}

// ANCHOR: open
/// Answers a request for a WebSocket by the rules of step 2. It makes no difference to them that
/// hyper has read the request.
pub(crate) fn open(app: &Arc<App>, mut request: Request, purpose: Purpose) -> Response {
    let upgrade = handshake::upgrade(&request, &app.policy);
    let permit = Arc::clone(&app.permits).try_acquire_owned();
    let refusal = match (upgrade, permit) {
        (Ok(mut upgrade), Ok(permit)) => {
            let app = Arc::clone(app);
            let agreed = app.compression.accept(request.headers());
            upgrade.extensions = agreed.map(|agreed| agreed.to_string());
            tokio::spawn(take_over(app, on(&mut request), purpose, agreed, permit));
            return upgrade.response().map(Body::from);
        }
        (Ok(_), Err(_)) => Refusal::Busy,
        (Err(refusal), _) => refusal,
    };
    app.metrics.handshake_refused();
    if let Refusal::Origin(_) = &refusal {
        // An operator who has forgotten to list an origin should see this.
        warn!("refused: {refusal}");
    } else {
        debug!("refused: {refusal}");
    }
    refusal.response().map(Body::from)
}
// ANCHOR_END: open

// ANCHOR: take_over
/// Takes the socket out of hyper. From here on, hyper has no part in the connection.
async fn take_over(
    app: Arc<App>,
    upgraded: OnUpgrade,
    purpose: Purpose,
    agreed: Option<Agreement>,
    permit: OwnedSemaphorePermit,
) {
    let Ok(upgraded) = upgraded.await else { return };
    app.metrics.connection_opened();
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
    drop(permit);
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
        _ => Limits { message: app.chat_limits.chat_message, ..app.limits },
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
            app.metrics.connection_ended(code_of(&ended));
            Box::pin(connection.end(&ended)).await;
        }
        Outcome::Close(close) => {
            info!("closing with {}: {}", close.code.number(), close.reason);
            app.metrics.connection_ended(close.code.number());
            let time = time_to_end(&close, &app.timeouts);
            Box::pin(connection.close(close, time)).await;
        }
    }
}

// ANCHOR: take_part
/// Enters a room or the vote, and stays until one side ends it. A member has left the room before
/// its connection ends.
async fn take_part<Stream: AsyncRead + AsyncWrite + Unpin + Send>(
    app: &Arc<App>,
    connection: &mut Connection<Stream>,
    purpose: Purpose,
) -> Outcome {
    let (limits, metrics) = (app.chat_limits, &app.metrics);
    let (member, visit) = match purpose {
        Purpose::Room { room, name, visit } => (Some((room, name)), visit),
        Purpose::Vote { visit } => (None, visit),
        Purpose::Echo => (None, Visit::default()),
    };
    let visit = match complete(visit, connection, app.timeouts.handshake).await {
        Ok(visit) => visit,
        Err(outcome) => return outcome,
    };
    let Some((room, name)) = member else {
        let mut inbox = app.election.enter();
        let receive = |text: &str| app.election.handle(text);
        return converse(connection, &mut inbox, limits, metrics, receive, pending()).await;
    };
    let Visit { session, after, .. } = visit;
    let entered = tokio::select! {
        entered = app.rooms.enter(&room, &name, &session, after) => entered,
        // The server may stop meanwhile. A client that goes away is noticed later, and its name is given
        // back then.
        ended = connection.pause() => return Outcome::Ended(ended),
    };
    let (mut member, mut inbox) = match entered {
        Ok(entered) => entered,
        Err(close) => {
            info!("{name:?} is not admitted to {room:?}: {}", close.reason);
            return Outcome::Close(close);
        }
    };
    info!("{name:?} enters {room:?}");
    let (receive, lost) = member.parts();
    converse(connection, &mut inbox, limits, metrics, receive, lost).await
}
// ANCHOR_END: take_part

/// Returns the status code of an end, or 1005 or 1006 if there is none on the wire.
fn code_of(ended: &Ended) -> u16 {
    match ended {
        Ended::ByPeer(Ending::Closed(code)) => code.map_or(1005, CloseCode::number),
        Ended::ByPeer(Ending::Failed(failure)) => failure.code().number(),
        Ended::Stopped => CloseCode::GOING_AWAY.number(),
        Ended::Idle | Ended::Vanished(_) => 1006,
    }
}

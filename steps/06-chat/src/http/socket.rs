//! From a request to a WebSocket: the opening handshake, the socket taken out of hyper, and the
//! connection until it ends.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use echo::{Agreement, Compression, Connection, Endpoint, Limits, Role, echo};
use handshake::Refusal;
use hyper::upgrade::on;
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;
use tracing::{debug, info};
use web::server::{TimedStream, log_refusal, take_stream};

use crate::app::{App, Seat};
use crate::connection::conversation::Conversation;
use crate::connection::ending::{Outcome, end};
use crate::delivery::stream::Stream;
use crate::http::coming_stream::ComingStream;
use crate::http::hello::{Visit, complete};
use crate::rooms::registry::Member;

// ANCHOR: purpose
/// The purpose of a connection.
#[derive(Debug)]
pub(crate) enum Purpose {
    /// Every message is echoed.
    Echo,
    /// The vote.
    Vote { visit: Visit },
    /// A member of a room.
    Room { room: String, name: String, visit: Visit },
}
// ANCHOR_END: purpose

// ANCHOR: open
/// Answers a request for a WebSocket by the rules of step 2. They apply to any request, also to one
/// that hyper has read.
pub(crate) fn open(app: &Arc<App>, mut request: Request, purpose: Purpose) -> Response {
    let upgrade = handshake::upgrade(&request, &app.policy);
    let refusal = match (upgrade, Seat::take(app)) {
        (Ok(mut upgrade), Some(seat)) => {
            let is_short = matches!(purpose, Purpose::Vote { .. });
            let compression = if is_short { Compression::Off } else { app.compression };
            let agreed = compression.accept(request.headers());
            upgrade.extensions = agreed.map(|agreed| agreed.to_string());
            tokio::spawn(take_over(stream_of(&mut request), purpose, agreed, seat));
            return upgrade.response().map(Body::from);
        }
        (Ok(_), None) => Refusal::Busy,
        (Err(refusal), _) => refusal,
    };
    app.metrics.handshake_refused(&refusal);
    if let Refusal::Origin(_) = &refusal {
        // An operator who has forgotten to list an origin should see this.
        log_refusal(&refusal);
    } else {
        debug!("refused: {refusal}");
    }
    refusal.response().map(Body::from)
}
// ANCHOR_END: open

/// Takes the stream, and starts the task of the connection.
///
/// An idle connection keeps its task in memory. So the work of the beginning is done here, in a task
/// that ends when the conversation begins.
async fn take_over(
    stream: impl Future<Output = Option<(Stream, Vec<u8>)>>,
    purpose: Purpose,
    agreed: Option<Agreement>,
    seat: Seat,
) {
    let Some((stream, received)) = stream.await else { return };
    seat.0.metrics.connection_opened();
    let app = &seat.0;
    let limits = match purpose {
        Purpose::Echo => app.limits,
        _ => Limits { message: app.chat_limits.chat_message, ..app.limits },
    };
    if !matches!(purpose, Purpose::Echo) {
        stream.limit_unsent();
    }
    // ANCHOR: begin
    let endpoint = Endpoint::new(Role::Server, limits, received, agreed);
    let mut connection = Connection::new(stream, endpoint, &app.clock);
    let (place, visit) = match purpose {
        Purpose::Echo => return drop(tokio::spawn(echo_until_the_end(connection, seat))),
        Purpose::Vote { visit } => (None, visit),
        Purpose::Room { room, name, visit } => (Some((room, name)), visit),
    };
    let visit = match complete(visit, &mut connection, app.timeouts.handshake).await {
        Ok(visit) => visit,
        Err(outcome) => return end(connection, outcome, app).await,
    };
    match place {
        None => {
            let voter = app.election.enter(connection, &visit.session);
            tokio::spawn(Conversation::new(voter, seat));
        }
        Some((room, name)) => {
            if let Some(member) = enter(app, &room, &name, &visit, connection).await {
                tokio::spawn(Conversation::new(member, seat));
            }
        }
    }
}
// ANCHOR_END: begin

/// Waits for the stream on which a request came, which is free when the answer is sent. Returns it,
/// and what was received behind the request, or `None` if the client has gone away.
fn stream_of(request: &mut Request) -> impl Future<Output = Option<(Stream, Vec<u8>)>> + use<> {
    let coming = request.extensions_mut().remove::<ComingStream>();
    let upgraded = on(request);
    async move {
        if let Some(coming) = coming {
            return Some((Stream::Shared(coming.arrives().await?), Vec::new()));
        }
        let upgraded = match take_stream::<TimedStream<TcpStream>>(upgraded.await.ok()?) {
            Ok((stream, received)) => {
                return Some((Stream::Tcp(stream.into_inner()), received.to_vec()));
            }
            Err(upgraded) => upgraded,
        };
        let tls = take_stream::<TlsStream<TimedStream<TcpStream>>>(upgraded);
        let (mut stream, received) = tls.ok()?;
        stream.get_mut().0.release();
        Some((Stream::Tls(Box::new(stream)), received.to_vec()))
    }
}

/// Echoes every message.
#[expect(clippy::manual_async_fn, reason = "an async fn would store its arguments twice")]
fn echo_until_the_end(mut connection: Connection<Stream>, seat: Seat) -> impl Future<Output = ()> {
    async move {
        let Err(ended) = echo(&mut connection).await;
        Box::pin(end(connection, Outcome::Ended(ended), &seat.0)).await;
    }
}

// ANCHOR: enter
/// Enters a room. A visitor who is not admitted receives a close frame with the reason.
async fn enter(
    app: &Arc<App>,
    room: &str,
    name: &str,
    Visit { session, after, .. }: &Visit,
    mut connection: Connection<Stream>,
) -> Option<Member> {
    let admitted = tokio::select! {
        admitted = app.rooms.admit(room, name, session) => admitted.map_err(Outcome::Close),
        // The server may stop meanwhile. If the client goes away, we notice it later and give the name
        // back then.
        ended = connection.pause() => Err(Outcome::Ended(ended)),
    };
    match admitted {
        Ok(admission) => {
            info!("{name:?} enters {room:?}");
            Some(app.rooms.enter(admission, *after, connection))
        }
        Err(outcome) => {
            info!("{name:?} is not admitted to {room:?}");
            end(connection, outcome, app).await;
            None
        }
    }
}
// ANCHOR_END: enter

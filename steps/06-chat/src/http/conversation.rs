//! The task of an open connection: the conversation, and then the end.
//!
//! An idle connection keeps its task in memory, so the tasks are kept small. What is only needed at the
//! end is in a box.

use std::future::pending;
use std::sync::Arc;

use echo::{CloseCode, Connection, Ended, Ending, echo};
use tokio::time::timeout;
use tracing::info;

use crate::app::{App, Seat};
use crate::connection::converse::{Outcome, converse};
use crate::connection::slow_reader::time_to_end;
use crate::delivery::line::Line;
use crate::delivery::stream::Stream;
use crate::rooms::registry::Member;

/// Echoes every message.
#[expect(clippy::manual_async_fn, reason = "an async fn would store its arguments twice")]
pub(crate) fn echo_until_the_end(
    mut connection: Connection<Stream>,
    seat: Seat,
) -> impl Future<Output = ()> {
    async move {
        let Err(ended) = echo(&mut connection).await;
        Box::pin(end(connection, Outcome::Ended(ended), &seat.0)).await;
    }
}

/// Takes part in the vote until one side ends it.
pub(crate) fn vote(
    connection: Connection<Stream>,
    session: &str,
    seat: Seat,
) -> impl Future<Output = ()> + use<> {
    let voter = seat.0.election.enter(connection, session);
    async move {
        let app = &seat.0;
        let handle = |text: &str| voter.handle(text);
        let outcome = converse(&voter.line, app, handle, pending()).await;
        let line = Arc::clone(&voter.line);
        Box::pin(leave(line, voter, outcome, app)).await;
    }
}

// ANCHOR: stay
/// Stays in a room until one side ends it.
#[expect(clippy::manual_async_fn, reason = "an async fn would store its arguments twice")]
pub(crate) fn stay(mut member: Member, seat: Seat) -> impl Future<Output = ()> {
    async move {
        let app = &seat.0;
        let (line, handle, lost) = member.parts();
        let outcome = converse(line, app, handle, lost).await;
        let line = Arc::clone(&member.line);
        Box::pin(leave(line, member, outcome, app)).await;
    }
}

/// Leaves a room or the vote, and ends the connection. A member has left before its connection ends.
/// If the server stops, what is on its way to the member is sent first.
async fn leave<Participant>(
    line: Arc<Line>,
    participant: Participant,
    outcome: Outcome,
    app: &App,
) {
    if let Outcome::Ended(Ended::Stopped) = outcome {
        let _ = timeout(app.timeouts.close, line.send_rest(&app.log)).await;
    }
    let connection = line.take_connection();
    drop(participant);
    if let Some(connection) = connection {
        end(connection, outcome, app).await;
    }
}
// ANCHOR_END: stay

/// Ends a connection.
pub(crate) async fn end(connection: Connection<Stream>, outcome: Outcome, app: &App) {
    match outcome {
        Outcome::Ended(ended) => {
            info!("{ended}");
            app.metrics.connection_ended(code_of(&ended));
            connection.end(&ended).await;
        }
        Outcome::Close(close) => {
            info!("closing with {}: {}", close.code.number(), close.reason);
            app.metrics.connection_ended(close.code.number());
            let time = time_to_end(&close, &app.timeouts);
            connection.close(close, time).await;
        }
    }
}

/// Returns the status code of an end, or 1005 or 1006 if there is none on the wire.
fn code_of(ended: &Ended) -> u16 {
    match ended {
        Ended::ByPeer(Ending::Closed(code)) => code.map_or(1005, CloseCode::number),
        Ended::ByPeer(Ending::Failed(failure)) => failure.code().number(),
        Ended::Stopped => CloseCode::GOING_AWAY.number(),
        Ended::Idle | Ended::Vanished(_) => 1006,
    }
}

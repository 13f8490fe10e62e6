//! How a conversation ends, and the end of its connection.

use std::sync::Arc;

use echo::{CloseCode, CloseFrame, Connection, Ended, Ending};
use tokio::time::timeout;
use tracing::info;

use crate::app::App;
use crate::connection::slow_reader::time_to_end;
use crate::delivery::line::Line;
use crate::delivery::stream::Stream;

/// How a conversation ends.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The connection has ended.
    Ended(Ended),
    /// We close it, with this code and reason.
    Close(CloseFrame<'static>),
}

// ANCHOR: leave
/// Leaves a room or the vote, and ends the connection. A participant has left before the connection
/// ends. If the server stops, what is on its way to the participant is sent first.
pub(crate) async fn leave<Participant>(
    line: Arc<Line>,
    participant: Participant,
    outcome: Outcome,
    app: &App,
) {
    if let Outcome::Ended(Ended::Stopped) = outcome {
        let _ = timeout(app.timeouts.close, line.send_rest(&app.log, &app.metrics)).await;
    }
    let connection = line.take_connection();
    drop(participant);
    if let Some(connection) = connection {
        end(connection, outcome, app).await;
    }
}
// ANCHOR_END: leave

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

/// Returns the status code of an end, or 1005 or 1006 if none was sent.
fn code_of(ended: &Ended) -> u16 {
    match ended {
        Ended::ByPeer(Ending::Closed(code)) => code.map_or(1005, CloseCode::number),
        Ended::ByPeer(Ending::Failed(failure)) => failure.code().number(),
        Ended::Stopped => CloseCode::GOING_AWAY.number(),
        Ended::Idle | Ended::Vanished(_) => 1006,
    }
}

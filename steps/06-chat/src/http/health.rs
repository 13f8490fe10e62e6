//! Whether the server is alive, and whether it can serve.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use event_log::{LogStatus, Medium};
use serde::Serialize;

use crate::app::App;

/// The answer of `/health/live`.
#[derive(Serialize)]
struct Liveness {
    live: bool,
}

/// The answer of `/health/ready`.
#[derive(Serialize)]
struct Readiness {
    /// Whether the server should be sent new visitors.
    ready: bool,
    /// Whether the server is about to end.
    stopping: bool,
    log: LogReadiness,
}

/// Whether what members say can be stored.
#[derive(Serialize)]
struct LogReadiness {
    /// Where it is stored: "memory", "file" or "redis".
    store: &'static str,
    /// Whether it can be stored now. While Redis is away, it waits, and no new name is given out.
    writable: bool,
    /// How much waits to be stored.
    waiting: usize,
    /// How long the oldest of it has waited, in milliseconds.
    lag: u128,
}

/// `GET /health/live`: 200 as long as the server runs. If it does not answer, restart it.
pub(crate) async fn live() -> Response {
    Json(Liveness { live: true }).into_response()
}

/// `GET /health/ready`: 200 if the server can serve, and 503 while Redis is away, while the file cannot
/// be written, and when the server stops. Then send new visitors elsewhere.
pub(crate) async fn ready(State(app): State<Arc<App>>) -> Response {
    let LogStatus { medium, is_writable: writable, waiting, lag, .. } = app.log.status();
    let store = match medium {
        Medium::Memory => "memory",
        Medium::File => "file",
        Medium::Redis => "redis",
    };
    let stopping = app.is_stopping();
    let ready = writable && !stopping;
    let log = LogReadiness { store, writable, waiting, lag: lag.as_millis() };
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready, stopping, log })).into_response()
}

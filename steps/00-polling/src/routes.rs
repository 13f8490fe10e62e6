//! All paths of this step.

use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use event_log::EventLog;
use web::server::not_found;

use crate::page::page;
use crate::{chat, vote};

/// The vote by short polling and by long polling, and the chat, over one log. A poll without news
/// is held for `hold_time`.
///
/// There is nothing at `/`, and no fallback: see [`site`] for the whole server of this step. Every
/// server that uses these paths must [guard](web::server::guarded) them.
pub fn routes(log: EventLog, hold_time: Duration) -> Router {
    vote::routes(log.clone(), hold_time).merge(chat::routes(log, hold_time))
}

/// The whole server of step 0: its front page, the paths of [`routes`], and 404 for all others.
pub fn site(log: EventLog, hold_time: Duration) -> Router {
    let front_page = page("Polling", include_str!("front.html"));
    routes(log, hold_time).route("/", get(move || async move { front_page })).fallback(nothing_here)
}

async fn nothing_here() -> (StatusCode, String) {
    not_found("/, /short, /long or /chat")
}

//! All paths of the server.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use web::page;
use web::server::{guarded, not_found};

use crate::app::App;
use crate::exposition::MEDIA_TYPE;
use crate::http::health::{live, ready};
use crate::http::hello::Visit;
use crate::http::socket::{Purpose, open};
use crate::metrics::Gauges;

/// The room of a client that has not chosen one.
const LOBBY: &str = "lobby";
/// How long a poll without news is held.
const HOLD_TIME: Duration = Duration::from_secs(10);

/// Returns the router for all paths of this step. The pages show the number `step`.
pub fn router(app: Arc<App>, step: u8) -> Router {
    let html = |title, content: &str| {
        let page = page(step, title, &with_live_parts(content));
        get(move || async move { page })
    };
    let polls = polling::routes(app.log.clone(), HOLD_TIME);
    let (origins, counts) = (app.policy.origins.clone(), app.http_counts.clone());
    let paths = Router::new()
        .route("/", html("Chat", include_str!("../pages/chat.html")))
        .route("/vote", html("Vote", include_str!("../pages/vote.html")))
        .route("/compare", html("Compare", include_str!("../pages/compare.html")))
        .route("/ws/{room}/{name}", any(room))
        .route("/ws/{room}/", any(empty_name))
        .route("/ws/", any(empty_name_in_lobby))
        .route("/ws/{name}", any(lobby))
        .route("/vote/socket", any(vote))
        .route("/echo", any(echo))
        .route("/health", get(|| async { "well\n" }))
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(app);
    guarded(paths.merge(polls).fallback(nothing_here), origins, HOLD_TIME, counts)
}

/// Returns a page's own part, with the parts that all pages with a WebSocket have.
fn with_live_parts(content: &str) -> String {
    let style = include_str!("../pages/live.css");
    let script = include_str!("../pages/live.js");
    let votes = format!("<script>\n{}</script>", include_str!("../pages/votes.js"));
    let state = include_str!("../pages/state.html").trim_end();
    let content = content.replace("<!-- STATE -->", state).replace("<!-- VOTES -->", &votes);
    let chinese = include_str!("../pages/chinese.json");
    format!(
        "<style>\n{style}</style>\n<template lang=\"zh-CN\">{chinese}</template>\n\
         <script>\n{script}</script>\n{content}"
    )
}

async fn nothing_here() -> (StatusCode, String) {
    not_found("/, /vote or /compare")
}

async fn room(
    State(app): State<Arc<App>>,
    Path((room, name)): Path<(String, String)>,
    Query(visit): Query<Visit>,
    request: Request,
) -> Response {
    open(&app, request, Purpose::Room { room, name, visit })
}

/// `/ws/NAME`: the lobby.
async fn lobby(
    app: State<Arc<App>>,
    Path(name): Path<String>,
    visit: Query<Visit>,
    request: Request,
) -> Response {
    room(app, Path((LOBBY.to_owned(), name)), visit, request).await
}

/// A path that ends where the name should be. It is refused as an empty name is.
async fn empty_name(
    State(app): State<Arc<App>>,
    Path(room): Path<String>,
    request: Request,
) -> Response {
    let (name, visit) = (String::new(), Visit::default());
    open(&app, request, Purpose::Room { room, name, visit })
}

/// The same for the lobby.
async fn empty_name_in_lobby(app: State<Arc<App>>, request: Request) -> Response {
    empty_name(app, Path(LOBBY.to_owned()), request).await
}

async fn vote(
    State(app): State<Arc<App>>,
    Query(visit): Query<Visit>,
    request: Request,
) -> Response {
    open(&app, request, Purpose::Vote { visit })
}

async fn echo(State(app): State<Arc<App>>, request: Request) -> Response {
    open(&app, request, Purpose::Echo)
}

async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    let (rooms, pages) = (app.rooms.amounts(), app.election.amount());
    let gauges = Gauges {
        rooms: rooms.len(),
        members: rooms.iter().map(|room| room.lines).sum(),
        voters: pages.lines,
        bytes_waiting: pages.waiting + rooms.iter().map(|room| room.waiting).sum::<usize>(),
        log: &app.log.status(),
        http: &app.http_counts,
    };
    ([(CONTENT_TYPE, MEDIA_TYPE)], app.metrics.text(&gauges))
}

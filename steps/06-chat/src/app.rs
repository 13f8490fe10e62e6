//! All paths of the server, and what stands behind them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{any, get};
use echo::{Clock, Compression, Limits, Timeouts};
use handshake::Policy;
use polling::{EventId, EventLog};
use serde::Deserialize;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::Options;
use crate::ballot::Ballot;
use crate::converse::Bounds;
use crate::metrics::Metrics;
use crate::presence::Presence;
use crate::rooms::Rooms;
use crate::socket::{Purpose, open};
use web::page;

/// The room that one is in who has not chosen any.
const LOBBY: &str = "lobby";
/// How long a poll is held that has no news yet.
const HOLD: Duration = Duration::from_secs(10);
/// What connections get to end when the server stops, beyond the time for the closing handshake.
const STOP_GRACE: Duration = Duration::from_secs(1);

/// What every connection looks at.
pub struct App {
    pub(crate) policy: Policy,
    pub(crate) limits: Limits,
    pub(crate) compression: Compression,
    pub(crate) timeouts: Timeouts,
    pub(crate) bounds: Bounds,
    /// A permit for each WebSocket; all are back when all are over.
    pub(crate) seats: Arc<Semaphore>,
    seats_max: u32,
    pub(crate) clock: Arc<Clock>,
    pub(crate) metrics: Metrics,
    pub(crate) rooms: Arc<Rooms>,
    pub(crate) ballot: Ballot,
    log: EventLog,
}

impl App {
    /// A server that follows `options`. Must be called on a tokio runtime.
    ///
    /// # Errors
    /// A sentence about an option that makes no sense.
    pub fn new(options: &Options) -> Result<Arc<Self>, String> {
        let log = options.log()?;
        let presence = options.redis.as_deref().map(Presence::over_redis).transpose()?;
        let rooms = Arc::new(Rooms::new(log.clone(), presence.clone()));
        if let Some(presence) = presence {
            tokio::spawn(presence.look_after(Arc::downgrade(&rooms)));
        }
        let app = Arc::new(Self {
            policy: options.policy.clone(),
            limits: options.limits,
            compression: options.compression,
            timeouts: options.timeouts,
            bounds: options.bounds,
            seats: Arc::new(Semaphore::new(options.max_connections as usize)),
            seats_max: options.max_connections,
            clock: Clock::start(options.timeouts),
            metrics: Metrics::default(),
            rooms,
            ballot: Ballot::new(log.clone()),
            log,
        });
        let counting = Arc::clone(&app);
        tokio::spawn(async move { counting.ballot.count().await });
        let telling = Arc::clone(&app);
        tokio::spawn(async move { telling.tell_shared().await });
        Ok(app)
    }

    /// Tells all rooms when the other servers are not heard any more, and when they are again.
    async fn tell_shared(&self) {
        let mut shared = self.log.shared();
        while shared.changed().await.is_ok() {
            let shared = *shared.borrow_and_update();
            for room in self.rooms.all() {
                room.set_shared(shared);
            }
        }
    }

    /// Closes all connections with 1001, and waits until they are over or have had their time.
    pub async fn stop(&self) {
        self.clock.stop();
        let deadline = self.timeouts.close + STOP_GRACE;
        let _ = timeout(deadline, self.seats.acquire_many(self.seats_max)).await;
    }
}

/// All paths.
pub fn router(app: Arc<App>) -> Router {
    let html = |title, content: &str| {
        let document = page(6, title, &with_live_parts(content));
        get(move || async move { Html(document) })
    };
    let polls = polling::routes(app.log.clone(), HOLD);
    let paths = Router::new()
        .route("/", html("Chat", include_str!("chat.html")))
        .route("/vote", html("Vote", include_str!("vote.html")))
        .route("/compare", html("Compare", include_str!("compare.html")))
        .route("/ws/{room}/{name}", any(room))
        .route("/ws/{room}/", any(nobody))
        .route("/ws/", any(nobody_in_the_lobby))
        .route("/ws/{name}", any(lobby))
        .route("/vote/socket", any(vote))
        .route("/echo", any(echo))
        .route("/health", get(|| async { "well\n" }))
        .route("/metrics", get(metrics))
        .with_state(app);
    polling::guarded(paths, HOLD).merge(polls).fallback(not_found)
}

/// A page's own part, with what all pages have that keep a WebSocket open.
fn with_live_parts(content: &str) -> String {
    let style = include_str!("live.css");
    let script = include_str!("live.js");
    let content = content.replace("<!-- STATE -->", include_str!("state.html").trim_end());
    format!("<style>\n{style}</style>\n<script>\n{script}</script>\n{content}")
}

async fn not_found() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "There is nothing here: try /, /vote or /compare.\n")
}

/// How a page comes back to a room.
#[derive(Deserialize)]
struct Return {
    /// A secret that the page has made up for this visit.
    #[serde(default)]
    session: String,
    /// The last message that it has seen.
    after: Option<EventId>,
}

async fn room(
    State(app): State<Arc<App>>,
    Path((room, name)): Path<(String, String)>,
    Query(Return { session, after }): Query<Return>,
    request: Request,
) -> Response {
    open(&app, request, Purpose::Room { room, name, session, after })
}

/// `/ws/NAME`, as the tutorials have it.
async fn lobby(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Query(Return { session, after }): Query<Return>,
    request: Request,
) -> Response {
    open(&app, request, Purpose::Room { room: LOBBY.to_owned(), name, session, after })
}

/// A path that ends where the name should be: refused like any empty name.
async fn nobody(
    State(app): State<Arc<App>>,
    Path(room): Path<String>,
    request: Request,
) -> Response {
    let (name, session) = (String::new(), String::new());
    open(&app, request, Purpose::Room { room, name, session, after: None })
}

/// The same for the lobby.
async fn nobody_in_the_lobby(app: State<Arc<App>>, request: Request) -> Response {
    nobody(app, Path(LOBBY.to_owned()), request).await
}

async fn vote(State(app): State<Arc<App>>, request: Request) -> Response {
    open(&app, request, Purpose::Vote)
}

async fn echo(State(app): State<Arc<App>>, request: Request) -> Response {
    open(&app, request, Purpose::Echo)
}

async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], app.metrics.text())
}

//! Who is it? A WebSocket for people who have logged in, with a ticket or with a cookie:
//! `cargo run -p chat --example tickets`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use axum::{Form, Router};
use clap::Parser;
use echo::{Clock, CloseCode, CloseFrame, Connection, Endpoint, Limits, Role, Timeouts, echo};
use handshake::Policy;
use hyper::upgrade::{OnUpgrade, on};
use serde::Deserialize;
use tickets::Tickets;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::sleep_until;
use web::server::{HttpCounts, HttpLimits, TimedStream, guarded, listen, serve, take_stream};
use web::{parse_command_line, run_on_tokio, seconds, told_to_stop};

mod tickets;

/// Tickets that can be open at the same time, and how long one is valid.
const TICKETS: (usize, Duration) = (1000, Duration::from_secs(30));
/// The status code for a WebSocket whose session is over: "Unauthorized" in the registry of close codes.
const UNAUTHORIZED: u16 = 3000;

/// Who is it? POST a user to /login, POST to /ticket, and open /socket?ticket=…
#[derive(Parser)]
struct Options {
    #[arg(value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9006")]
    address: String,
    #[command(flatten)]
    policy: Policy,
    /// How long a session lasts
    #[arg(long, value_name = "SECONDS", default_value = "3600", value_parser = seconds)]
    session_time: Duration,
}

// ANCHOR: session
/// Somebody who has logged in.
struct Session {
    user: String,
    /// When the session ends by itself.
    end: Instant,
    /// Dropped with the session. All WebSockets of the session notice that.
    is_open: watch::Sender<()>,
}
// ANCHOR_END: session

struct Door {
    policy: Policy,
    clock: Arc<Clock>,
    session_time: Duration,
    sessions: Mutex<HashMap<String, Session>>,
    tickets: Mutex<Tickets>,
}

#[derive(Deserialize)]
struct Login {
    user: String,
}

/// `POST /login`: starts a session. Here anybody can be anybody. A real server checks a password first.
async fn login(State(door): State<Arc<Door>>, Form(Login { user }): Form<Login>) -> Response {
    let (secret, end) = (random(), Instant::now() + door.session_time);
    let cookie = format!("__Host-session={secret}; Path=/; Secure; HttpOnly; SameSite=Strict");
    let session = Session { user, end, is_open: watch::Sender::new(()) };
    locked(&door.sessions).insert(secret, session);
    ([(SET_COOKIE, cookie)], "welcome\n").into_response()
}

/// `POST /logout`: ends the session, and with it all its WebSockets.
async fn logout(State(door): State<Arc<Door>>, headers: HeaderMap) -> StatusCode {
    let session = cookie(&headers).and_then(|secret| locked(&door.sessions).remove(secret));
    if session.is_some() { StatusCode::NO_CONTENT } else { StatusCode::UNAUTHORIZED }
}

// ANCHOR: ticket
/// `POST /ticket`: exchanges the cookie for a ticket.
async fn ticket(State(door): State<Arc<Door>>, headers: HeaderMap) -> Result<String, StatusCode> {
    let (session, now) = (cookie(&headers).ok_or(StatusCode::UNAUTHORIZED)?, Instant::now());
    door.visitor(session).ok_or(StatusCode::UNAUTHORIZED)?;
    let secret = random();
    locked(&door.tickets).issue(&secret, session, now);
    Ok(secret)
}
// ANCHOR_END: ticket

// ANCHOR: socket
#[derive(Deserialize)]
struct Entry {
    ticket: Option<String>,
}

/// `GET /socket?ticket=…`: a WebSocket for the holder of the ticket. Without a ticket, the cookie counts.
async fn socket(
    State(door): State<Arc<Door>>,
    Query(Entry { ticket }): Query<Entry>,
    mut request: Request,
) -> Response {
    // The Origin comes first. The page of another site cannot even use a ticket up.
    let upgrade = match handshake::upgrade(&request, &door.policy) {
        Ok(upgrade) => upgrade,
        Err(refusal) => return refusal.response().map(Body::from),
    };
    let session = match ticket {
        Some(secret) => locked(&door.tickets).redeem(&secret, Instant::now()),
        None => cookie(request.headers()).map(str::to_owned),
    };
    let Some(visitor) = session.and_then(|session| door.visitor(&session)) else {
        return (StatusCode::UNAUTHORIZED, "log in, and ask for a new ticket\n").into_response();
    };
    tokio::spawn(talk(on(&mut request), visitor, Arc::clone(&door.clock)));
    upgrade.response().map(Body::from)
}
// ANCHOR_END: socket

// ANCHOR: talk
/// Whom a WebSocket belongs to.
struct Visitor {
    user: String,
    /// When the session ends by itself.
    end: Instant,
    /// Fails when the session is over.
    is_open: watch::Receiver<()>,
}

/// Echoes every message until the connection or the session ends.
async fn talk(upgraded: OnUpgrade, mut visitor: Visitor, clock: Arc<Clock>) {
    let Ok(upgraded) = upgraded.await else { return };
    let Ok((stream, received)) = take_stream::<TimedStream<TcpStream>>(upgraded) else { return };
    let endpoint = Endpoint::new(Role::Server, Limits::default(), received.to_vec(), None);
    let mut connection = Connection::new(stream.into_inner(), endpoint, &clock);
    let greeting = format!("hello, {}", visitor.user);
    let _ = connection.outgoing().send(echo::Message::Text(greeting.as_bytes()));
    let reason = tokio::select! {
        Err(ended) = echo(&mut connection) => return connection.end(&ended).await,
        _ = visitor.is_open.changed() => "you have logged out",
        () = sleep_until(visitor.end.into()) => "your session is over: log in again",
    };
    if let Some(code) = CloseCode::new(UNAUTHORIZED) {
        connection.close(CloseFrame { code, reason }, Timeouts::default().close).await;
    }
}
// ANCHOR_END: talk

impl Door {
    /// Returns who belongs to a session, if it is still open.
    fn visitor(&self, session: &str) -> Option<Visitor> {
        let sessions = locked(&self.sessions);
        let Session { user, end, is_open } = sessions.get(session)?;
        let visitor = || Visitor { user: user.clone(), end: *end, is_open: is_open.subscribe() };
        (*end > Instant::now()).then(visitor)
    }
}

/// Returns the secret in the cookie.
fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(COOKIE)?.to_str().ok()?;
    cookies.split("; ").find_map(|cookie| cookie.strip_prefix("__Host-session="))
}

/// Returns 128 random bits as text.
fn random() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// Locks a value. A lock that a task held when it panicked is no problem here.
fn locked<Value>(value: &Mutex<Value>) -> MutexGuard<'_, Value> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

fn main() {
    run_on_tokio(run(parse_command_line()));
}

async fn run(Options { address, policy, session_time }: Options) -> Result<(), String> {
    let (origins, counts) = (policy.origins.clone(), HttpCounts::default());
    let door = Arc::new(Door {
        policy,
        clock: Clock::start(Timeouts::default()),
        session_time,
        sessions: Mutex::default(),
        tickets: Mutex::new(Tickets::new(TICKETS.0, TICKETS.1)),
    });
    let paths = Router::new()
        .route("/login", post(login))
        .route("/logout", post(logout))
        .route("/ticket", post(ticket))
        .route("/socket", any(socket))
        .with_state(door);
    let router = guarded(paths, origins, Duration::ZERO, counts.clone());
    serve(listen(&address)?, router, HttpLimits::default(), counts, told_to_stop()).await;
    Ok(())
}

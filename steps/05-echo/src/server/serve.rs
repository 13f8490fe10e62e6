//! The server: accepts, opens, and gives each connection a task of its own.

use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::sans_io::endpoint::Endpoint;
use crate::server::echo::echo;
use crate::server::options::Options;
use crate::tokio_driver::clock::Clock;
use crate::tokio_driver::connection::Connection;

/// Connections over the limit that are told so at the same time; more are closed without a word.
const REFUSED_MAX: usize = 64;
/// How long we rest when the system has no connection to give, for want of file descriptors for
/// example. Without a rest we would spin.
const REST_AFTER_ERROR: Duration = Duration::from_millis(100);
/// What connections get to end when the server stops, beyond the time for the closing handshake.
const STOP_GRACE: Duration = Duration::from_secs(1);

/// An echo server, ready to serve. Every connection looks at it.
#[derive(Debug)]
pub struct Server {
    options: Options,
    /// What visitors are shown.
    page: String,
    clock: Arc<Clock>,
    /// A permit for each connection; all are back when all connections are over.
    seats: Semaphore,
    /// A permit for each connection that is being refused.
    refused: Arc<Semaphore>,
}

/// A connection's permit, given back when it is over. It is half as large as tokio's own, and an
/// idle connection has little else.
struct Seat(Arc<Server>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.seats.add_permits(1);
    }
}

impl Server {
    /// A server that follows `options`, and shows `page` to visitors. Must be called on a tokio
    /// runtime.
    #[must_use]
    pub fn new(mut options: Options, page: String) -> Arc<Self> {
        // Nobody has to read a pipe, and a full one would stop us.
        options.verbose |= io::stdout().is_terminal();
        Arc::new(Self {
            clock: Clock::start(options.timeouts),
            seats: Semaphore::new(options.max_connections as usize),
            refused: Arc::new(Semaphore::new(REFUSED_MAX)),
            options,
            page,
        })
    }

    /// Serves whoever connects, for ever.
    pub async fn serve(self: &Arc<Self>, listener: &TcpListener) {
        loop {
            let Ok((mut stream, _)) = listener.accept().await else {
                sleep(REST_AFTER_ERROR).await;
                continue;
            };
            let server = Arc::clone(self);
            if let Ok(permit) = self.seats.try_acquire() {
                // The seat gives it back.
                permit.forget();
                tokio::spawn(connection(stream, Seat(server)));
            } else if let Ok(permit) = Arc::clone(&self.refused).try_acquire_owned() {
                tokio::spawn(async move {
                    let time = server.options.timeouts.handshake;
                    let _ = server.options.opening.refuse(&mut stream, time).await;
                    drop(permit);
                });
            }
        }
    }

    /// Closes all connections with 1001, and waits until they are over or have had their time.
    pub async fn stop(&self) {
        self.clock.stop();
        let all = self.seats.acquire_many(self.options.max_connections);
        let _ = timeout(self.options.timeouts.close + STOP_GRACE, all).await;
    }

    /// The opening handshake. Returns `None` if `stream` is not a WebSocket afterwards.
    async fn open(&self, stream: &mut TcpStream) -> Option<Endpoint> {
        // Answers are written when they are complete, so there is nothing to wait for.
        let _ = stream.set_nodelay(true);
        let (opening, time) = (&self.options.opening, self.options.timeouts.handshake);
        let (request, endpoint) = tokio::select! {
            opened = opening.accept(stream, time, &self.page) => opened.ok()??,
            // The connection is not open yet, so there is nothing to close.
            () = self.clock.stopped() => return None,
        };
        self.say(stream, &format_args!("connected to {}", request.uri()));
        Some(endpoint)
    }

    /// Prints a line about the peer of `stream`, if anybody looks.
    fn say(&self, stream: &TcpStream, news: &dyn Display) {
        if self.options.verbose {
            let peer = stream.peer_addr().map(|peer| peer.to_string());
            println!("── {} {news}", peer.as_deref().unwrap_or("a peer that is gone"));
        }
    }
}

// ANCHOR: connection
/// One connection, from its first byte to its last.
///
/// This is what an idle connection keeps in memory, so it is kept small: the beginning and the end
/// are boxed, and leave nothing behind. It is a block and not an `async fn`, which would keep its
/// arguments twice.
#[expect(clippy::manual_async_fn, reason = "see above")]
fn connection(mut stream: TcpStream, seat: Seat) -> impl Future<Output = ()> {
    async move {
        let server = &seat.0;
        let Some(endpoint) = Box::pin(server.open(&mut stream)).await else { return };
        let mut connection = Connection::new(stream, endpoint, &server.clock);
        let Err(ended) = echo(&mut connection).await;
        server.say(connection.stream(), &ended);
        Box::pin(connection.end(&ended)).await;
    }
}
// ANCHOR_END: connection

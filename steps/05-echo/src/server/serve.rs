//! The server: it accepts connections, and starts a task for each of them.

use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::time::Duration;

use handshake::Refusal;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use web::{Page, REST_AFTER_ERROR, print_line};

use crate::sans_io::endpoint::Endpoint;
use crate::server::{echo::echo, options::Options};
use crate::tokio_driver::{clock::Clock, connection::Connection};

/// The most connections over the limit that are answered at the same time. Further ones are
/// dropped.
const REFUSED_MAX: usize = 64;
/// When the server stops, it waits for its connections for the close timeout and this time. Each of
/// them keeps to the close timeout, but the system needs some time to run them all.
const STOP_GRACE: Duration = Duration::from_secs(1);

// ANCHOR: server
/// An echo server. All its connections share it.
#[derive(Debug)]
pub struct Server {
    options: Options,
    /// The page for browsers that do not ask for a WebSocket.
    page: Page,
    clock: Arc<Clock>,
    /// A permit for each connection. When all connections are over, all permits are here again.
    seats: Semaphore,
    /// A permit for each connection that is being refused.
    refused: Arc<Semaphore>,
}
// ANCHOR_END: server

// ANCHOR: seat
/// The permit of a connection. It is given back when it is dropped. It is half as large as tokio's
/// own type, because every idle connection has one.
struct Seat(Arc<Server>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.seats.add_permits(1);
    }
}
// ANCHOR_END: seat

impl Server {
    /// Creates a server with these options, which answers requests for a page with `page`.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn new(mut options: Options, page: Page) -> Arc<Self> {
        options.verbose |= io::stdout().is_terminal();
        Arc::new(Self {
            clock: Clock::start(options.timeouts),
            seats: Semaphore::new(options.max_connections as usize),
            refused: Arc::new(Semaphore::new(REFUSED_MAX)),
            options,
            page,
        })
    }

    // ANCHOR: serve
    /// Serves every client that connects. Never returns.
    pub async fn serve(self: &Arc<Self>, listener: &TcpListener) {
        loop {
            let Ok((mut stream, _)) = listener.accept().await else {
                sleep(REST_AFTER_ERROR).await;
                continue;
            };
            let server = Arc::clone(self);
            if let Ok(permit) = self.seats.try_acquire() {
                // The seat will give it back.
                permit.forget();
                tokio::spawn(connection(stream, Seat(server)));
            } else if let Ok(permit) = Arc::clone(&self.refused).try_acquire_owned() {
                tokio::spawn(async move {
                    let options = &server.options;
                    let (opening, time) = (&options.opening, options.timeouts.handshake);
                    let _ =
                        opening.accept(&mut stream, time, &server.page, Some(Refusal::Busy)).await;
                    drop(permit);
                });
            }
        }
    }

    // ANCHOR_END: serve

    // ANCHOR: stop
    /// Closes all connections with 1001, and waits until they are over or their time is up.
    pub async fn stop(&self) {
        self.clock.stop();
        let all = self.seats.acquire_many(self.options.max_connections);
        let _ = timeout(self.options.timeouts.close + STOP_GRACE, all).await;
    }
    // ANCHOR_END: stop

    /// The opening handshake. Returns `None` if `stream` is not a WebSocket afterwards.
    async fn open(&self, stream: &mut TcpStream) -> Option<Endpoint> {
        // We write answers as a whole, so the system should send them at once.
        let _ = stream.set_nodelay(true);
        let (opening, time) = (&self.options.opening, self.options.timeouts.handshake);
        let opened = tokio::select! {
            opened = opening.accept(stream, time, &self.page, None) => opened.ok()?,
            // The connection is not open yet, so there is nothing to close.
            () = self.clock.stopped() => return None,
        };
        match &opened {
            Ok((request, _)) => self.say(stream, &format_args!("connected to {}", request.uri())),
            Err(Refusal::PlainRequest) => {}
            // The operator has to see which flag would allow this origin.
            Err(refusal @ Refusal::Origin(_)) => print_about(stream, &refusal.outcome()),
            Err(refusal) => self.say(stream, &refusal.outcome()),
        }
        opened.ok().map(|(_, endpoint)| endpoint)
    }

    /// Prints a line about the peer of `stream`, with `--verbose` or in a terminal.
    fn say(&self, stream: &TcpStream, news: &dyn Display) {
        if self.options.verbose {
            print_about(stream, news);
        }
    }
}

/// Prints a line about the peer of `stream`.
fn print_about(stream: &TcpStream, news: &dyn Display) {
    let peer = stream.peer_addr().map(|peer| peer.to_string());
    let peer = peer.as_deref().unwrap_or("a peer that is gone");
    print_line(&format!("── {peer} {news}"));
}

// ANCHOR: connection
/// The task of one connection, from the opening handshake to the end.
///
/// An idle connection keeps this future in memory, so it should be small. The beginning and the end
/// are boxed, and freed after use. An `async fn` would store its arguments twice, so this is a
/// block.
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

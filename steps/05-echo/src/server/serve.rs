//! The server: it accepts connections, and gives each of them a task.

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

/// The most connections over the limit that are answered at the same time. Others are dropped.
const REFUSED_MAX: usize = 64;
/// How much longer than the close timeout the server waits for its connections when it stops: each of
/// them keeps to that timeout, and the system has to schedule them all.
const STOP_GRACE: Duration = Duration::from_secs(1);

/// An echo server. All its connections share it.
#[derive(Debug)]
pub struct Server {
    options: Options,
    /// The page for visitors.
    page: Page,
    clock: Arc<Clock>,
    /// A permit for each connection. All of them are back when all connections are over.
    seats: Semaphore,
    /// A permit for each connection that is being refused.
    refused: Arc<Semaphore>,
}

/// The permit of a connection, which is given back when it is over. It is half as large as tokio's
/// own, and an idle connection has little else.
struct Seat(Arc<Server>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.seats.add_permits(1);
    }
}

impl Server {
    /// A server with these options, which shows `page` to visitors.
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

    /// Serves everybody who connects. Never returns.
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
                    let options = &server.options;
                    let (opening, time) = (&options.opening, options.timeouts.handshake);
                    let _ =
                        opening.accept(&mut stream, time, &server.page, Some(Refusal::Busy)).await;
                    drop(permit);
                });
            }
        }
    }

    /// Closes all connections with 1001, and waits until they are over or their time is up.
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
        let opened = tokio::select! {
            opened = opening.accept(stream, time, &self.page, None) => opened.ok()?,
            // The connection is not open yet, so there is nothing to close.
            () = self.clock.stopped() => return None,
        };
        match &opened {
            Ok((request, _)) => self.say(stream, &format_args!("connected to {}", request.uri())),
            Err(Refusal::PlainRequest) => {}
            // Whoever runs the server has to see which flag would allow it.
            Err(refusal @ Refusal::Origin(_)) => print_about(stream, &refusal.outcome()),
            Err(refusal) => self.say(stream, &refusal.outcome()),
        }
        opened.ok().map(|(_, endpoint)| endpoint)
    }

    /// Prints a line about the peer of `stream`, if that was asked for.
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
/// One connection, from its first byte to its last.
///
/// An idle connection keeps this future in memory, so it is kept small: the beginning and the end are
/// boxed, and freed after use. It is a block and not an `async fn`, which would store its arguments
/// twice.
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

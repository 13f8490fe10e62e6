//! The server: accepts, opens, and gives each connection a task of its own.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::time::Duration;

use handshake::Refusal;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use crate::opening::accept;
use crate::{Agreement, Clock, Options, Receiver, Role, Sender, echo};

/// Connections over the limit that are told so at the same time; more are closed without a word.
const REFUSED_MAX: usize = 64;
/// How long we rest when the system has no connection to give, for want of file descriptors for
/// example. Without a rest we would spin.
const REST_AFTER_ERROR: Duration = Duration::from_millis(100);
/// What connections get to end when the server stops, beyond the time for the closing handshake.
const STOP_GRACE: Duration = Duration::from_secs(1);

/// An echo server, ready to serve.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    /// A permit for each connection; all are back when all connections are over.
    seats: Arc<Semaphore>,
    /// And for each connection that is being refused.
    refused: Arc<Semaphore>,
}

/// What every connection looks at.
#[derive(Debug)]
struct Shared {
    options: Options,
    /// What visitors are shown.
    page: String,
    clock: Arc<Clock>,
    /// Does anybody look at what we print?
    talks: bool,
}

impl Server {
    /// A server that follows `options`, and shows `page` to visitors. Must be called on a tokio
    /// runtime.
    #[must_use]
    pub fn new(options: Options, page: String) -> Self {
        Self {
            seats: Arc::new(Semaphore::new(options.max_connections as usize)),
            shared: Arc::new(Shared {
                clock: Clock::start(options.timeouts),
                // Nobody has to read a pipe, and a full one would stop us.
                talks: options.verbose || io::stdout().is_terminal(),
                options,
                page,
            }),
            refused: Arc::new(Semaphore::new(REFUSED_MAX)),
        }
    }

    /// Serves whoever connects, for ever.
    pub async fn serve(&self, listener: &TcpListener) {
        loop {
            let Ok((mut stream, _)) = listener.accept().await else {
                sleep(REST_AFTER_ERROR).await;
                continue;
            };
            let shared = Arc::clone(&self.shared);
            if let Ok(seat) = Arc::clone(&self.seats).try_acquire_owned() {
                tokio::spawn(connection(stream, shared, seat));
            } else if let Ok(permit) = Arc::clone(&self.refused).try_acquire_owned() {
                tokio::spawn(async move {
                    let _ = accept(&mut stream, &shared.options, &shared.page, Some(Refusal::Busy))
                        .await;
                    drop(permit);
                });
            }
        }
    }

    /// Closes all connections with 1001, and waits until they are over or have had their time.
    pub async fn stop(&self) {
        self.shared.clock.stop();
        let deadline = self.shared.clock.timeouts.close + STOP_GRACE;
        let all = self.seats.acquire_many(self.shared.options.max_connections);
        let _ = timeout(deadline, all).await;
    }
}

// ANCHOR: connection
/// One connection, from its first byte to its last.
///
/// This is what an idle connection keeps in memory, so it is kept small: the beginning and the end
/// are boxed, and leave nothing behind. It is a block and not an `async fn`, which would keep its
/// arguments twice.
#[expect(clippy::manual_async_fn, reason = "see above")]
fn connection(
    mut stream: TcpStream,
    shared: Arc<Shared>,
    seat: OwnedSemaphorePermit,
) -> impl Future<Output = ()> {
    async move {
        let Some((rest, agreed)) = Box::pin(shared.open(&mut stream)).await else { return };
        let (reader, writer) = stream.split();
        let mut sender = Sender::new(writer, Role::Server);
        let limits = shared.options.limits;
        let mut receiver = Receiver::new(reader, rest, Role::Server, limits, &shared.clock);
        if let Some(agreed) = agreed {
            receiver.agree(agreed, &mut sender);
        }
        let Err(ended) = echo(&mut receiver, &mut sender).await;
        Box::pin(receiver.end(&mut sender, &ended)).await;
        shared.say(|| format!("{} {ended}", peer(&stream)));
        drop(seat);
    }
}
// ANCHOR_END: connection

impl Shared {
    /// The opening handshake; returns the bytes behind it, and what was agreed on, if `stream` is a
    /// WebSocket now.
    async fn open(&self, stream: &mut TcpStream) -> Option<(Vec<u8>, Option<Agreement>)> {
        // Answers are written when they are complete, so there is nothing to wait for.
        let _ = stream.set_nodelay(true);
        let (opened, agreed) = tokio::select! {
            opened = accept(stream, &self.options, &self.page, None) => opened.ok()??,
            // Nothing has been agreed on yet, so nothing has to be said.
            () = self.clock.stopped() => return None,
        };
        self.say(|| format!("{} connected to {}", peer(stream), opened.request.uri()));
        Some((opened.rest, agreed))
    }

    /// Prints a line, if anybody looks.
    fn say(&self, line: impl FnOnce() -> String) {
        if self.talks {
            println!("── {}", line());
        }
    }
}

/// Who is at the other end of `stream`.
fn peer(stream: &TcpStream) -> String {
    stream.peer_addr().map_or_else(|_| "a peer that is gone".to_owned(), |peer| peer.to_string())
}

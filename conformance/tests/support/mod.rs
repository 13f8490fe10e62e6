//! A small WebSocket server that is right, or wrong in one way: what the checker is tested against.
//! It shares no code with the checker.

#![allow(clippy::match_bool, clippy::format_push_string, reason = "short beats fast here")]

mod deflate;
mod echo;
mod flaw;
mod frames;
mod opening;
mod room;

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

pub(crate) use flaw::Flaw;

/// How long the server waits for a silent peer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);
/// The longest message that it takes.
pub(crate) const MESSAGE_MAX: usize = 4 * 1024 * 1024;

/// What all connections look at.
pub(crate) struct Shared {
    flaw: Option<Flaw>,
    dead: AtomicBool,
    /// Held while anything is written, by a server with that flaw.
    writing: Mutex<()>,
    rooms: Mutex<room::Rooms>,
}

impl Shared {
    fn new(flaw: Option<Flaw>) -> Self {
        let (dead, writing, rooms) = (AtomicBool::new(false), Mutex::default(), Mutex::default());
        Self { flaw, dead, writing, rooms }
    }

    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }
}

/// Starts a server that runs until the test is over, and says where it is.
pub(crate) fn start(flaw: Option<Flaw>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}/echo", listener.local_addr().unwrap());
    if flaw == Some(Flaw::DoesNotListen) {
        return url;
    }
    let shared = Arc::new(Shared::new(flaw));
    thread::spawn(move || accept(&listener, &shared));
    url
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.dead.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        if shared.has(Flaw::OneAtATime) {
            serve(&stream, shared);
        } else {
            let shared = Arc::clone(shared);
            thread::spawn(move || serve(&stream, &shared));
        }
    }
}

/// A connection, from its first byte to its last.
fn serve(stream: &TcpStream, shared: &Arc<Shared>) {
    stream.set_nodelay(true).unwrap();
    if shared.has(Flaw::SpeaksFirst) {
        let _ = (&mut &*stream).write_all(b"welcome\r\n");
    }
    let Some(opened) = opening::open(stream, shared) else { return };
    if let Some(place) = opened.path.strip_prefix("/ws/") {
        room::serve(stream, shared, place, opened.rest);
    } else {
        echo::serve(stream, shared, opened);
    }
}

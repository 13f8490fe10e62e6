//! A small WebSocket server that is right, or wrong in one way: what the checker is tested against.
//! It shares no code with the checker.

#![allow(clippy::match_bool, clippy::format_push_string, reason = "short beats fast here")]

mod deflate;
mod echo;
mod flaw;
mod frames;
pub(crate) mod limits;
mod opening;
mod quirk;
mod room;
mod shared;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::thread;

pub(crate) use flaw::Flaw;
pub(crate) use quirk::Quirk;

use room::Rooms;
use shared::Shared;

/// How many connections a server with too few places serves at the same time.
const PLACES: usize = 256;

/// What is served: the echo to all, and the rooms.
struct Server {
    shared: Shared,
    rooms: Mutex<Rooms>,
}

/// Starts a server that runs until the test is over, and says where it is.
pub(crate) fn start(flaw: Option<Flaw>) -> String {
    start_with(flaw, None)
}

/// The same with a server that is right in an unusual way.
pub(crate) fn start_unusual(quirk: Quirk) -> String {
    start_with(None, Some(quirk))
}

fn start_with(flaw: Option<Flaw>, quirk: Option<Quirk>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}/echo", listener.local_addr().unwrap());
    if flaw == Some(Flaw::DoesNotListen) {
        return url;
    }
    let server = Arc::new(Server { shared: Shared::new(flaw, quirk), rooms: Mutex::default() });
    thread::spawn(move || accept(&listener, &server));
    url
}

fn accept(listener: &TcpListener, server: &Arc<Server>) {
    for stream in listener.incoming() {
        if server.shared.dead.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        if server.shared.has(Flaw::OneAtATime) {
            serve(&stream, server);
        } else {
            let server = Arc::clone(server);
            thread::spawn(move || serve(&stream, &server));
        }
    }
}

/// A connection, from its first byte to its last.
fn serve(stream: &TcpStream, Server { shared, rooms }: &Server) {
    stream.set_nodelay(true).unwrap();
    let place = Place::take(shared);
    if place.is_over(PLACES) && shared.has(Flaw::RefusesTheCrowd) {
        return;
    }
    if place.is_over(PLACES) && shared.has(Flaw::OverlooksTheCrowd) {
        return wait_for_the_end(stream);
    }
    if shared.has(Flaw::SpeaksFirst) {
        let _ = (&mut &*stream).write_all(b"welcome\r\n");
    }
    let Some(opened) = opening::open(stream, shared) else { return };
    if place.is_over(PLACES) && shared.has(Flaw::EchoesToFew) {
        return wait_for_the_end(stream);
    }
    if let Some(place) = opened.path.strip_prefix("/ws/") {
        room::serve(stream, shared, rooms, place, opened.rest);
    } else {
        echo::serve(stream, shared, opened);
    }
}

/// The place of a connection among those that are open.
struct Place<'server> {
    number: usize,
    shared: &'server Shared,
}

impl<'server> Place<'server> {
    fn take(shared: &'server Shared) -> Self {
        Self { number: shared.open.fetch_add(1, Ordering::SeqCst) + 1, shared }
    }

    fn is_over(&self, places: usize) -> bool {
        self.number > places
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.shared.open.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Reads without an answer until the client has gone.
fn wait_for_the_end(mut stream: &TcpStream) {
    while matches!(stream.read(&mut [0; 1024]), Ok(1..)) {}
}

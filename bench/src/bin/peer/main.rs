//! The servers that step 5 and step 6 are compared with, all in one program: `peer ADDRESS NAME`.

use std::convert::Infallible;
use std::io;

mod fastwebsockets;
mod raw;
mod raw_room;
mod serve;
mod sockudo_ws;
mod tokio_websockets;
mod tungstenite;
mod tungstenite_room;
mod wtx;
mod yawc;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> io::Result<Infallible> {
    match std::env::args().nth(2).unwrap_or_default().as_str() {
        "fastwebsockets" => fastwebsockets::run(),
        "raw" => raw::run(),
        "raw-room" => raw_room::run(),
        "sockudo-ws" => sockudo_ws::run(),
        "tokio-websockets" => tokio_websockets::run(),
        "tungstenite" => tungstenite::run(false),
        "tungstenite-each" => tungstenite::run(true),
        "tungstenite-room" => tungstenite_room::run(),
        "wtx" => wtx::run(),
        "yawc" => yawc::run(),
        other => Err(io::Error::other(format!("there is no peer `{other}`"))),
    }
}

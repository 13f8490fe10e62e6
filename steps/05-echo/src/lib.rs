//! Step 5: an echo server for messages, with fragments, control frames between them, the closing
//! handshake, UTF-8, limits, compression, and many connections.
//!
//! | folder | what is in it |
//! |---|---|
//! | `sans_io` | the core: the protocol without a socket, a clock or a task, see [`Endpoint`] |
//! | `compression` | permessage-deflate: the negotiation, the compressor and the decompressor |
//! | `tokio_driver` | one connection on tokio, see [`Connection`] |
//! | `server` | the server's side of the opening handshake, and the echo server |
//! | `client` | the client's side of the opening handshake |

mod client;
mod compression;
mod sans_io;
mod server;
mod tokio_driver;

pub use client::connect::{ConnectError, connect};
pub use compression::negotiation::{Agreement, Compression};
pub use sans_io::close::{CloseCode, CloseFrame, InvalidClose};
pub use sans_io::endpoint::{Ending, Endpoint, Progress};
pub use sans_io::{encoded::Encoded, message::Message, outbound::Outbound};
pub use sans_io::{failure::Failure, limits::Limits, role::Role, utf8::Utf8};
pub use server::{echo::echo, opening::Opening, options::Options, serve::Server};
pub use tokio_driver::{clock::Clock, connection::Connection, ended::Ended};
pub use tokio_driver::{outgoing::Outgoing, timeouts::Timeouts};

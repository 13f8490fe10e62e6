//! Step 5: messages. Fragments, control frames between them, the closing handshake, UTF-8, limits,
//! compression, and many connections.
//!
//! | folder | what is in it |
//! |---|---|
//! | `sans_io` | the protocol, without a socket, a clock or a task: [`Endpoint`] |
//! | `compression` | permessage-deflate: the negotiation, and both directions |
//! | `tokio_driver` | one connection on tokio: [`Connection`] |
//! | `server` | the echo server |
//! | `client` | the client's side of the opening handshake |

mod client;
mod compression;
mod sans_io;
mod server;
mod tokio_driver;

pub use client::connect::{ConnectError, connect};
pub use compression::negotiation::{Agreement, Compression};
pub use sans_io::close::{CloseCode, CloseFrame, InvalidClose};
pub use sans_io::encoded::Encoded;
pub use sans_io::endpoint::{Ending, Endpoint, Progress};
pub use sans_io::failure::Failure;
pub use sans_io::limits::Limits;
pub use sans_io::message::Message;
pub use sans_io::outbound::Outbound;
pub use sans_io::role::Role;
pub use sans_io::utf8::Utf8;
pub use server::echo::echo;
pub use server::opening::Opening;
pub use server::options::Options;
pub use server::runtime::runtime;
pub use server::serve::Server;
pub use tokio_driver::clock::Clock;
pub use tokio_driver::connection::Connection;
pub use tokio_driver::ended::Ended;
pub use tokio_driver::outgoing::Outgoing;
pub use tokio_driver::timeouts::Timeouts;

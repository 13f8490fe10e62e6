//! Step 5: messages. Fragments, control frames between them, the closing handshake, UTF-8, limits.
//!
//! The core has no socket, clock or task in it. It is two halves that share nothing:
//! [`Inbound`] takes bytes and gives [`Event`]s, [`Outbound`] takes messages and gives bytes.
//! Around it, [`Receiver`] and [`Sender`] do the reading and writing on tokio.

mod agreement;
mod client;
mod clock;
mod close;
mod deflate;
mod echo;
mod encoded;
mod failure;
mod inbound;
mod limits;
mod opening;
mod options;
mod outbound;
mod pool;
mod receiver;
mod runtime;
mod sender;
mod server;
mod utf8;

pub use agreement::{Agreement, Compression};
pub use client::{ConnectError, connect};
pub use clock::Clock;
pub use close::{CloseCode, CloseFrame};
pub use echo::echo;
pub use encoded::Encoded;
pub use failure::Failure;
pub use inbound::{Event, Inbound, Message};
pub use limits::{Limits, Timeouts};
pub use options::Options;
pub use outbound::{Outbound, Role};
pub use receiver::{Ended, Receiver};
pub use runtime::runtime;
pub use sender::Sender;
pub use server::Server;
pub use utf8::Utf8;

//! What the tests of all steps share: a step's binary as a running [`Server`], a raw TCP
//! connection that keeps a transcript ([`Wire`]), and with the feature `browser` a real one.
//!
//! It depends on no step: the reader of frames in here is the second opinion on theirs. So it is
//! written for clarity, allocates freely, and never meets a peer that it did not start itself.
//!
//! ```no_run
//! use testkit::{Frame, Server, Wire};
//!
//! # let program = "echo";
//! let server = Server::start(program, &[]); // in a test: env!("CARGO_BIN_EXE_echo")
//! let mut browser = Wire::connect(&server);
//! browser.opens("/echo");
//! browser.sends_frame(&Frame::text("hello"));
//! assert_eq!(browser.expects_frame().into_text(), "hello");
//! browser.sends_frame(&Frame::close(1000, "bye"));
//! browser.expects_close(1000);
//! browser.expects_end();
//! println!("{}", browser.transcript());
//! ```
#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a helper of tests says what is wrong by panicking in the test"
)]

use std::time::Duration;

mod annotation;
#[cfg(feature = "browser")]
mod browser;
mod chromium;
mod dump;
mod frame;
mod handshake;
mod header;
mod http;
mod incoming;
mod opcode;
mod output;
mod redis;
mod run;
mod server;
#[cfg(unix)]
mod signal;
mod transcript;
mod unread;
mod visible;
mod wire;

#[cfg(feature = "browser")]
pub use browser::Browser;
pub use chromium::{Chromium, find_program};
pub use frame::{Frame, MASKING_KEY, Masking};
pub use http::{Request, Response};
pub use opcode::Opcode;
pub use redis::Redis;
pub use run::{End, runs_to_its_end};
pub use server::Server;
pub use unread::{Unread, UnreadServer};
pub use wire::Wire;

/// How long a test waits for anything before it fails.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The two ends of a WebSocket, which RFC 6455 asks different things of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The end that opens the connection, and masks what it sends.
    Client,
    /// The end that accepts the connection.
    Server,
}

impl Role {
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

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

#[cfg(feature = "browser")]
mod browser;
mod frames;
mod patience;
mod programs;
mod progress;
mod transcript;
mod wire;

#[cfg(feature = "browser")]
pub use browser::Browser;
pub use frames::frame::{Frame, MASKING_KEY, Masking};
pub use frames::header::shortest_form;
pub use frames::opcode::Opcode;
pub use frames::role::Role;
pub use patience::{PATIENCE, STOP_TIME};
pub use programs::axe::Axe;
pub use programs::cargo::{BUILT, Profile, build, build_one, cargo, target_folder, workspace};
pub use programs::chromium::Chromium;
pub use programs::folders::refuses_folders;
pub use programs::listening::listening_address;
pub use programs::packages::Packages;
pub use programs::process::{Event, Process, Stream};
pub use programs::program::{End, Program, runs_to_its_end};
pub use programs::proxy::Proxy;
pub use programs::python_h2::PythonH2;
pub use programs::redis::Redis;
pub use programs::reverse_proxy::ReverseProxy;
pub use programs::search_path::find_program;
pub use programs::server::Server;
pub use programs::step::Step;
pub use programs::unread::{Unread, UnreadServer};
pub use programs::viewers::Viewers;
pub use progress::show_progress;
pub use transcript::annotation::annotation;
pub use transcript::visible::grouped;
pub use wire::connection::Wire;
pub use wire::handshake::{ACCEPT, KEY, accept_value, upgrade_request};
pub use wire::http::{Request, Response};
pub use wire::incoming::{Arrival, Incoming};

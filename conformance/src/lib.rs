//! Judges a WebSocket server or client from outside.
//!
//! Two judges work here: the `checker`, which is our own, and `autobahn`, which runs the field's
//! conformance suite. Both know the steps by `subject`, and they
//! share what they know of a terminal and of threads. They depend on no step: a judge must not
//! share code with what it judges.

pub mod autobahn;
pub mod checker;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
pub mod open_files;
mod parallel;
pub mod program;
mod subject;
pub mod target;
pub mod terminal;
pub mod tls;

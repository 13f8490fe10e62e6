//! Judges a client: the checker is the server here, and the client a program that is started once
//! for each connection.
//!
//! The layers, lowest first: `door` takes connections, `visit` is what one check works with, and
//! `checks` asks the client one question each.

mod asked;
pub mod checks;
mod door;
mod guest;
mod hall;
pub mod options;
mod reply;
pub mod run;
mod seen;
pub(crate) mod visit;

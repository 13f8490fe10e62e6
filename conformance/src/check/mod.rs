//! Puts a server before one check after the other, a level a step, and says which byte was wrong.
//!
//! It shares no code with the steps: it has a frame writer and a frame reader of its own. It talks
//! only to the address that it is given, and every wait has a limit.

mod catalogue;
mod closing;
mod compression;
mod conversation;
mod fragments;
mod frame;
mod framing;
mod handshake;
mod headers;
mod hostile;
mod hostile_handshake;
mod json;
mod junit;
mod member;
mod memory;
mod options;
mod peer;
mod people;
mod record;
mod report;
mod request;
mod response;
mod room;
mod runner;
mod session;
mod tcp;
mod unmasking;
mod utf8;

pub use catalogue::{Check, LEVELS, all};
pub use options::{Judged, Options};
pub use report::{Report, Ruling, Verdict};
pub use runner::run;

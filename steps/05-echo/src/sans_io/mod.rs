//! The core: the protocol without input and output. Bytes go in and messages come out; messages go
//! in and bytes come out. Nothing in this folder has a socket, a clock or a task. Every program and
//! every driver uses it through [`Endpoint`].
//!
//! [`Endpoint`]: endpoint::Endpoint

mod buffer;
pub(crate) mod close;
pub(crate) mod encoded;
pub(crate) mod endpoint;
pub(crate) mod failure;
mod inbound;
mod incoming_message;
pub(crate) mod limits;
pub(crate) mod message;
pub(crate) mod outbound;
pub(crate) mod role;
pub(crate) mod utf8;

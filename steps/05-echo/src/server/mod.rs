//! The echo server: its flags, the opening handshake, and what it does with each connection.

pub(crate) mod echo;
pub(crate) mod opening;
pub(crate) mod options;
pub(crate) mod serve;

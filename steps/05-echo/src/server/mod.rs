//! The echo server: its flags, the opening handshake, and the task of each connection.

pub(crate) mod echo;
pub(crate) mod opening;
pub(crate) mod options;
pub(crate) mod serve;

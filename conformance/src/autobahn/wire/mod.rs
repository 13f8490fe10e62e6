//! Frames and the connection, without a socket: how the judge itself behaves as an endpoint.

pub(crate) mod content;
pub(crate) mod deflate;
pub(crate) mod endpoint;
pub(crate) mod frame;
pub(crate) mod handshake;
pub(crate) mod http;
pub(crate) mod output;
pub(crate) mod random;
pub(crate) mod record;
pub(crate) mod utf8;

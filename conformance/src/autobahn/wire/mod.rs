//! Frames and the connection, without a socket: how the judge itself behaves as an endpoint.

pub(super) mod content;
pub(super) mod deflate;
pub(super) mod endpoint;
pub(super) mod frame;
pub(super) mod handshake;
pub(super) mod http;
pub(super) mod output;
pub(super) mod random;
pub(super) mod record;
pub(super) mod utf8;

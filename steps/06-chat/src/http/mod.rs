//! From a TCP connection to a path: TLS, the router, and the upgrade to a WebSocket.

pub(crate) mod coming_stream;
pub(crate) mod health;
pub(crate) mod hello;
pub(crate) mod routes;
pub(crate) mod socket;
pub(crate) mod tls;

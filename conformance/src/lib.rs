//! The checker: a judge from outside for a WebSocket server in any language. The Autobahn runner is
//! in `main.rs`.

pub mod check;

//! The targets: a function each, which takes bytes and panics if the oracle disagrees.

pub(crate) mod compression;
pub(crate) mod extensions;
pub(crate) mod frames;
pub(crate) mod judge;
pub(crate) mod log;
pub(crate) mod origin;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod sending;
pub(crate) mod tungstenite;
pub(crate) mod wire;

//! The oracles: small, slow models that were written from the standards, and share no code with ours.

pub(crate) mod endpoint;
pub(crate) mod http;
pub(crate) mod inflate;

//! A connection to what is judged, and what goes over it.

pub(crate) mod conversation;
pub(crate) mod deflate;
pub(crate) mod frame;
pub(crate) mod headers;
pub(crate) mod incoming;
pub(crate) mod manner;
pub(crate) mod peer;
pub(crate) mod record;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod stop;
pub(crate) mod transport;

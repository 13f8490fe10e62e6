//! Compression of messages: permessage-deflate, RFC 7692. The agreement in the opening handshake,
//! and the two directions. Nothing here knows of frames or connections.

pub(crate) mod deflate;
pub(crate) mod inflate;
pub(crate) mod negotiation;

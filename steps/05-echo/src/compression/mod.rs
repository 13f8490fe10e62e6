//! Compression of messages: permessage-deflate (RFC 7692). The negotiation in the opening
//! handshake, the compressor and the decompressor. Nothing here depends on frames or connections.

pub(crate) mod deflate;
pub(crate) mod inflate;
pub(crate) mod negotiation;

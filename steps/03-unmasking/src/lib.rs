//! Step 3: how long is the payload, and how is it unmasked? RFC 6455 §5.2 and §5.3.
//!
//! Of a frame, this step reads the second byte and what follows from it: the
//! [payload length](PayloadLength) in one of its three forms, the masking key, and the payload,
//! which [`mask`] makes readable. The first byte is left to step 4.

mod length;
mod mask;
mod payload;

pub use length::{LengthError, PayloadLength};
pub use mask::{MaskingKey, mask, mask_bytewise};
pub use payload::{MaskedPayload, PayloadError};

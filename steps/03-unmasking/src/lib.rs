//! Step 3: how long is the payload, and how is it unmasked? RFC 6455 §5.2 and §5.3.
//!
//! Of a frame, this step reads the second byte and what follows from it: the
//! [payload length](PayloadLength) in one of its three forms, the masking key, and the payload,
//! which [`mask`] makes readable. The first byte is left to step 4.
//!
//! ```
//! use unmasking::{PayloadLength, mask};
//!
//! // The text "hello", as a browser sends it: two bytes of header, the masking key, the payload.
//! let frame = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x5f, 0x9f, 0x4d, 0x51, 0x58];
//! let length = PayloadLength::decode(frame[1], &frame[2..])?;
//! assert_eq!(length, Some(PayloadLength { value: 5, extended: 0 }));
//!
//! let mut payload = frame[6..].to_vec();
//! mask(&mut payload, [0x37, 0xfa, 0x21, 0x3d], 0);
//! assert_eq!(payload, b"hello");
//! // A second time gives the masked bytes again.
//! mask(&mut payload, [0x37, 0xfa, 0x21, 0x3d], 0);
//! assert_eq!(payload, frame[6..]);
//! # Ok::<(), unmasking::LengthError>(())
//! ```

mod length;
mod mask;
mod payload;

pub use length::{LengthError, PayloadLength};
pub use mask::{MaskingKey, mask, mask_bytewise};
pub use payload::{MaskedPayload, PayloadError};

//! Step 4: the frame header both ways, RFC 6455 §5.2, and its picture.
//!
//! ```text
//! FIN RSV1-3 opcode | MASK length | extended length | masking key | payload
//!  1    3      4    |  1     7    |  0, 2, 8 bytes  | 0, 4 bytes  | length bytes
//! ```

mod frame_buffer;
mod header;
mod header_error;
mod opcode;
mod picture;
mod terminal;

pub use frame_buffer::{Frame, FrameBuffer};
pub use header::{FrameHeader, HEADER_MAX, Masking};
pub use header_error::HeaderError;
pub use opcode::Opcode;
pub use picture::{Cell, Picture, ROW_BITS};
pub use terminal::draw_for_terminal;

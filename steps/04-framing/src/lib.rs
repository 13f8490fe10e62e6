//! Step 4: the frame header both ways, RFC 6455 §5.2, and its picture.
//!
//! ```text
//! FIN RSV1-3 opcode | MASK length | extended length | masking key | payload
//!  1    3      4    |  1     7    |  0, 2, 8 bytes  | 0, 4 bytes  | length bytes
//! ```
//!
//! A [`FrameBuffer`] takes frames out of a stream, wherever TCP has cut it, and a [`FrameHeader`]
//! writes the answer:
//!
//! ```
//! use framing::{FrameBuffer, FrameHeader, Masking, Opcode};
//!
//! let mut buffer = FrameBuffer::new(Masking::Required, Vec::new());
//! buffer.push(&[0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x5f]);
//! assert_eq!(buffer.next_frame()?, None);
//! buffer.push(&[0x9f, 0x4d, 0x51, 0x58]);
//! let Some(frame) = buffer.next_frame()? else { panic!("it is complete") };
//! assert_eq!((frame.header.opcode, &*frame.payload), (Opcode::Text, &b"hello"[..]));
//!
//! let mut answer = Vec::new();
//! FrameHeader::whole(Opcode::Text, frame.payload.len()).encode(&mut answer);
//! answer.extend(frame.payload);
//! assert_eq!(answer, b"\x81\x05hello");
//! # Ok::<(), (u16, String)>(())
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

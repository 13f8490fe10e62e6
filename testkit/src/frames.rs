//! Frames as they are on the wire, right or wrong: a second opinion on those of the steps.

pub(crate) mod frame;
pub(crate) mod header;
pub(crate) mod opcode;
pub(crate) mod role;

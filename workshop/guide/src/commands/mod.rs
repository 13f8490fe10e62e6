//! What a reader types.

pub mod hint;
pub mod next;
pub mod reveal;
mod watch;

//! What a reader types.

pub mod grade;
pub mod hint;
pub mod next;
pub mod reveal;
mod watch;

//! What went over a connection, in a form that a reader can follow.

pub(crate) mod annotation;
mod dump;
pub(crate) mod record;
pub(crate) mod visible;

//! The texts and the solution of each stage.

pub(crate) mod chinese;
pub mod difference;
mod marks;
pub mod solution;
pub mod stage;
mod text;

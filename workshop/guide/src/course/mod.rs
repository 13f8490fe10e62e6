//! The texts and the solution of each stage.

pub mod chinese;
pub mod difference;
mod marks;
pub mod solution;
pub mod stage;
mod text;

//! What there is to know about each stage: its text and its solution.

pub mod difference;
mod marks;
pub mod solution;
pub mod stage;
mod text;

//! How all checks came out: for people, for programs, and for grading tools.

mod bytes;
mod json;
mod junit;
pub mod people;
pub mod ruling;

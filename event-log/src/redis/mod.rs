//! Carries out the commands of a process over a real Redis.

mod commands;
pub(crate) mod driver;
mod entries;

//! The book in a real browser: what is to play with does what our Rust does, and every page fits.

mod explorer;
mod handshake;
mod live;
mod masking;
mod pages;
mod reader;

/// Every run sees the same frames and keys.
const SEED: u64 = 6455;

//! The book in a real browser: the interactive parts agree with our Rust, and every page fits.

mod chinese;
mod explorer;
mod handshake;
mod live;
mod masking;
mod pages;
mod reader;

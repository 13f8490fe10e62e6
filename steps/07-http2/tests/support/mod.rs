//! Clients of HTTP/2: one that follows the rules, and one that writes each frame by hand.
#![allow(dead_code, reason = "each file of tests takes what it needs")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on ends here"
)]

pub(crate) mod attack;
pub(crate) mod peer;
pub(crate) mod raw;

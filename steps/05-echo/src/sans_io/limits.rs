//! Limits on the memory that one connection can take.

use clap::Args;
use web::{number_in, positive};

/// The largest limit on messages that can be set: 1 GiB.
const MESSAGE_MAX: u64 = 1024 * 1024 * 1024;

/// Limits on what one connection may send (RFC 6455 §10.4). They are always on.
#[derive(Args, Clone, Copy, Debug)]
pub struct Limits {
    /// The longest message, in one frame or in fragments; a longer one is closed with 1009
    #[arg(long = "max-message", value_name = "BYTES", value_parser = number_in(1..=MESSAGE_MAX), default_value_t = Self::default().message)]
    pub message: usize,
    /// The most fragments of one message; one more is closed with 1008
    // Without this limit, a message of empty fragments would never end.
    #[arg(long = "max-fragments", value_name = "COUNT", value_parser = positive::<u32>, default_value_t = Self::default().fragments)]
    pub fragments: u32,
}

impl Default for Limits {
    /// 16 MiB, and as many fragments as 16 MiB have in pieces of 64 bytes.
    fn default() -> Self {
        Self { message: 16 * 1024 * 1024, fragments: 256 * 1024 }
    }
}

//! The limits on one member of a room or the vote.

use clap::Args;
use web::{number_in, positive};

/// The largest number of bytes that can be set: 1 GiB.
const BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// What one member may ask of the server. These limits are always on.
#[derive(Args, Clone, Copy, Debug)]
pub struct ChatLimits {
    /// The longest message in a room or the vote; after a longer one, the connection is closed with 1009
    #[arg(long = "max-chat-message", value_name = "BYTES", value_parser = number_in(1..=BYTES_MAX), default_value_t = 16 * 1024)]
    pub chat_message: usize,
    /// Messages that a member may send in a second; further messages are read later
    #[arg(long = "rate", value_name = "COUNT", value_parser = positive::<u32>, default_value_t = 50)]
    pub rate: u32,
    /// Bytes that may wait until a member reads them; a member for whom more bytes wait, and who reads nothing for five seconds, is closed with 1013
    #[arg(long = "max-queue", value_name = "BYTES", value_parser = number_in(1..=BYTES_MAX), default_value_t = 512 * 1024)]
    pub queue: usize,
}

impl ChatLimits {
    /// Checks what one flag alone cannot: that a queue has room for a message.
    ///
    /// # Errors
    /// A sentence that names both flags.
    pub fn check(&self) -> Result<(), String> {
        if self.queue >= self.chat_message {
            return Ok(());
        }
        Err(format!(
            "--max-queue {} has no room for a message of {} bytes: it must be at least \
             --max-chat-message",
            self.queue, self.chat_message
        ))
    }
}

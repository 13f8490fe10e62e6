//! What the server bears.

use std::time::Duration;

/// How long the server waits for a silent peer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);
/// The longest message that it takes.
pub(crate) const MESSAGE_MAX: usize = 4 * 1024 * 1024;

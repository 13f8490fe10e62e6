//! Signals, as an operator sends them.

use std::process::{Child, Command};

/// Sends a running process a signal, such as `-TERM`.
#[track_caller]
pub(crate) fn signal(process: &Child, signal: &str) {
    let number = process.id().to_string();
    let status = Command::new("kill").args([signal, &number]).status();
    assert!(status.is_ok_and(|status| status.success()), "cannot signal process {number}");
}

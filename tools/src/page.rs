//! Opens a page in whatever browser the person uses.

use std::process::{Command, Stdio};
use std::thread;

/// Opens an address, or says that somebody has to.
pub(crate) fn open(url: String) {
    // A launcher may well run for as long as the browser that it launches.
    thread::spawn(move || {
        if !open::commands(&url).iter_mut().any(launches) {
            eprintln!("no browser could be opened: open {url} yourself");
        }
    });
}

fn launches(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Ctrl-C in the terminal ends the step, and should not end the browser.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    command.status().is_ok_and(|status| status.success())
}

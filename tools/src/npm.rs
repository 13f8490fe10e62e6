//! What npm installs, by the `package-lock.json` of a folder.

use std::path::Path;
use std::process::Command;

use crate::apt;
use crate::outcome::succeeds;

/// Installs the packages of this folder. If npm is missing, installs it before, where that is possible.
pub(crate) fn install(folder: &Path) {
    if !installs(folder) {
        apt::install(&["npm"]);
        installs(folder);
    }
}

fn installs(folder: &Path) -> bool {
    // On Windows, npm is a script.
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let mut command = Command::new(npm);
    command.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    succeeds(command.current_dir(folder))
}

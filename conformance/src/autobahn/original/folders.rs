//! Where Autobahn is installed, where it runs, and where its reports are.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use testkit::target_folder;

/// The name of the configuration file, in the folder in which `wstest` runs.
pub(crate) const CONFIGURATION: &str = "configuration.json";
/// The name of the folder for its report. A relative path also works in a container.
pub(crate) const REPORT: &str = "report";
/// The same for the whole run: to ask cargo takes a while.
static HOME: LazyLock<Result<PathBuf, String>> =
    LazyLock::new(|| Ok(target_folder()?.join("autobahn")));

/// The folder in which Autobahn is installed and writes its reports.
///
/// # Errors
/// What cargo says if it cannot tell the target folder.
pub(crate) fn home() -> Result<PathBuf, String> {
    HOME.clone()
}

/// Removes a folder with all that is in it, if it is there, and creates it anew.
///
/// # Errors
/// If it cannot be removed or created.
pub(crate) fn empty_folder(folder: &Path) -> Result<(), String> {
    let removed = if folder.exists() { fs::remove_dir_all(folder) } else { Ok(()) };
    let created = removed.and_then(|()| fs::create_dir_all(folder));
    created.map_err(|error| format!("{}: {error}", folder.display()))
}

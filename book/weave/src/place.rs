//! Where the files of the workspace are.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde::de::DeserializeOwned;
use testkit::workspace;

/// The folder of the workspace. All paths of this crate start there.
pub fn root() -> PathBuf {
    workspace().to_owned()
}

/// Returns the text of a file.
///
/// # Errors
/// If it cannot be read; the error names its path.
pub fn read(path: &str) -> Result<String> {
    fs::read_to_string(root().join(path)).with_context(|| path.to_owned())
}

/// Reads a TOML file.
///
/// # Errors
/// If it cannot be read, or has another form than `T`; the error names its path.
pub fn read_toml<T: DeserializeOwned>(path: &str) -> Result<T> {
    toml::from_str(&read(path)?).with_context(|| path.to_owned())
}

/// Returns the paths of all files in a folder and below it, in order. A path that is not a folder
/// is returned as it is.
pub fn files(path: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(root().join(path)) else { return vec![path.to_owned()] };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut files: Vec<_> = names.flat_map(|name| files(&format!("{path}/{name}"))).collect();
    files.sort();
    files
}

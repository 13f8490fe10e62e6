//! Where things are.

use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::Outcome;

/// The folder that the workspace is in.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// The folder of the book.
#[must_use]
pub fn book() -> PathBuf {
    root().join("book")
}

/// The text of a file.
///
/// # Errors
/// The path, and why it cannot be read.
pub fn read(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// A list of the book, `book/NAME.toml`.
///
/// # Errors
/// The path, and what is wrong with it.
pub fn list<T: DeserializeOwned>(name: &str) -> Outcome<T> {
    let path = book().join(name);
    toml::from_str(&read(&path)?).map_err(|error| format!("book/{name}: {error}").into())
}

//! The program of a step: built, and found beside the book's.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::difference::folder;
use crate::{Outcome, place};

/// Builds the program of a step, in the profile that `weave` was built in, and says where it is:
/// in the folder of `weave`, the book's own program.
///
/// # Errors
/// That it does not build.
pub fn build(step: u8, weave: &Path) -> Outcome<PathBuf> {
    let folder = folder(step)?;
    let package = folder.split_once('-').map_or("", |(_, name)| name);
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "-q", "-p", package, "--bin", package]).current_dir(place::root());
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    if !cargo.status().map_err(|error| format!("cargo: {error}"))?.success() {
        return Err(format!("step {step} ({package}) does not build").into());
    }
    let name = format!("{package}{}", env::consts::EXE_SUFFIX);
    Ok(weave.with_file_name(name))
}

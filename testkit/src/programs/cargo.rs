//! The workspace, and what cargo builds of it.

use std::collections::BTreeMap;
use std::env;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

use crate::programs::search_path::program_in;

/// How a program is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Fast to build.
    Dev,
    /// Fast to run.
    Release,
    /// As fast to run as it gets, and slow to build: for measurements.
    Fastest,
}

/// Names a folder in which all programs of the workspace are built. `just test` sets this variable,
/// after it has built everything once: cargo would otherwise build a program anew whose package,
/// taken alone, needs fewer features of its dependencies.
pub const BUILT: &str = "WS_BUILT";

impl Profile {
    /// The profile that this program was built with.
    pub fn current() -> Self {
        if cfg!(debug_assertions) { Self::Dev } else { Self::Release }
    }
}

/// Returns the folder of the workspace.
///
/// It is the one in which cargo runs this program. A program that cargo does not run takes the
/// folder in which it was built: cargo does not build it again in a copy of the workspace.
pub fn workspace() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let built = Path::new(env!("CARGO_MANIFEST_DIR"));
        let run = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let run = run.as_deref().and_then(workspace_of);
        run.or_else(|| workspace_of(built)).unwrap_or(built).to_owned()
    })
}

/// Returns the workspace that a package of it is in.
fn workspace_of(package: &Path) -> Option<&Path> {
    package.ancestors().find(|folder| folder.join("testkit/Cargo.toml").is_file())
}

/// A cargo command, to be run in the workspace. It is the cargo that runs this program, if one
/// does.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(workspace());
    command
}

/// Builds what `selection` names, such as `["--package", "echo", "--bins"]`, and returns the path
/// of each program by its name. Messages of cargo go to standard error.
///
/// The caller runs the program by its path, and not by `cargo run`: killing cargo would not kill
/// the program.
///
/// # Errors
/// A sentence that says what could not be built. Cargo has printed the reason.
pub fn build(selection: &[&str], profile: Profile) -> Result<BTreeMap<String, PathBuf>, String> {
    let mut command = cargo(&["build", "--message-format=json-render-diagnostics"]);
    command.args(selection).stdout(Stdio::piped());
    match profile {
        Profile::Dev => command.arg("--quiet"),
        Profile::Release => command.arg("--release"),
        Profile::Fastest => command.args(["--profile", "fastest"]),
    };
    let mut child = command.spawn().map_err(|error| format!("cargo cannot be started: {error}"))?;
    let messages = child.stdout.take().map(BufReader::new);
    let mut programs = BTreeMap::new();
    for line in messages.into_iter().flat_map(BufReader::lines) {
        let unreadable = |why: String| format!("cargo cannot be understood: {why}");
        let line = line.map_err(|error| unreadable(error.to_string()))?;
        let message: Value =
            serde_json::from_str(&line).map_err(|error| unreadable(error.to_string()))?;
        // Only what has been built as a program has an `executable`.
        if let (Some(name), Some(path)) =
            (message["target"]["name"].as_str(), message["executable"].as_str())
        {
            programs.insert(name.to_owned(), PathBuf::from(path));
        }
    }
    let status = child.wait().map_err(|error| format!("cargo: {error}"))?;
    if status.success() {
        Ok(programs)
    } else {
        Err(format!("`cargo build {}` failed: see above", selection.join(" ")))
    }
}

/// Builds one program, `kind` being `--bin` or `--example`, and returns its path. With [`BUILT`], it
/// is built already, in whatever profile.
///
/// # Errors
/// As [`build`].
pub fn build_one(
    package: &str,
    kind: &str,
    name: &str,
    profile: Profile,
) -> Result<PathBuf, String> {
    if let Some(folder) = env::var_os(BUILT) {
        let folder = PathBuf::from(folder);
        let folder = if kind == "--example" { folder.join("examples") } else { folder };
        if let Some(program) = program_in(&folder, name) {
            return Ok(program);
        }
    }
    let mut programs = build(&["--package", package, kind, name], profile)?;
    programs.remove(name).ok_or_else(|| format!("cargo has built no program `{name}`"))
}

/// The target folder of the workspace, wherever the user has moved it.
///
/// # Errors
/// What cargo says if it cannot tell.
pub fn target_folder() -> Result<PathBuf, String> {
    let problem = |why: &str| format!("cargo does not name its target folder: {why}");
    let output = cargo(&["metadata", "--no-deps", "--format-version=1"])
        .output()
        .map_err(|error| problem(&error.to_string()))?;
    let metadata: Value = serde_json::from_slice(&output.stdout)
        .map_err(|_| problem(String::from_utf8_lossy(&output.stderr).trim()))?;
    metadata["target_directory"].as_str().map(PathBuf::from).ok_or_else(|| problem("it is missing"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_belongs_to_the_workspace_around_it() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(workspace_of(&here.join("src/programs")), here.parent());
        assert_eq!(workspace_of(Path::new("/nowhere/testkit")), None);
    }

    #[test]
    fn cargo_knows_the_target_folder() {
        assert!(target_folder().unwrap().is_absolute());
    }

    #[test]
    fn what_does_not_build_is_named() {
        let error = build_one("no-such-package", "--bin", "none", Profile::Dev).unwrap_err();
        assert!(error.contains("no-such-package"), "{error}");
    }
}

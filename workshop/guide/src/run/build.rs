//! Builds a reader's program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use testkit::{cargo, workspace};

use crate::course::solution::MANIFEST;
use crate::run::trouble::Trouble;
use crate::workshop::Workshop;

const LOCK: &str = "Cargo.lock";

/// Builds the package of a reader, and returns the path of its program.
///
/// # Errors
/// The compiler's errors, in colours if they are wanted, or what else is in the way.
pub(crate) fn build(workshop: &Workshop, colours: bool) -> Result<PathBuf, Trouble> {
    let folder = &workshop.folder;
    let no_program = |why: String| Trouble::NoProgram { why };
    if !folder.join(MANIFEST).is_file() {
        let folder = folder.display();
        return Err(no_program(format!("{folder} has no Cargo.toml, so it cannot be built.")));
    }
    lock(folder).map_err(no_program)?;
    let output = command(workshop, colours).output();
    let output = output.map_err(|error| no_program(format!("cargo cannot be started: {error}")))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(Trouble::DoesNotCompile { errors });
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let program = |line: &str| {
        let message: Value = serde_json::from_str(line).ok()?;
        message["executable"].as_str().map(PathBuf::from)
    };
    let mut programs = messages.lines().filter_map(program);
    programs.next().ok_or_else(|| {
        let folder = folder.display();
        no_program(format!("{folder} has no program: the function `main` belongs in src/main.rs."))
    })
}

fn command(workshop: &Workshop, colours: bool) -> Command {
    let mut command = cargo(&["build", "--quiet", "--message-format=json-render-diagnostics"]);
    command.args(["--color", if colours { "always" } else { "never" }]);
    if let Some(target) = &workshop.target {
        command.arg("--target-dir").arg(target);
    }
    command.current_dir(&workshop.folder).stdin(Stdio::null());
    command
}

/// Lets cargo choose the same versions as for this repository, which are on this machine already:
/// a package is then added without a network, and works as tried. Packages that are not needed are
/// removed by cargo.
fn lock(folder: &Path) -> Result<(), String> {
    let [manifest, lock] = [MANIFEST, LOCK].map(|name| folder.join(name));
    let saved = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
    if saved(&lock) >= saved(&manifest) {
        return Ok(());
    }
    let own = workspace().join(LOCK);
    let bytes =
        fs::read(&own).map_err(|error| format!("{} cannot be read: {error}", own.display()))?;
    fs::write(&lock, bytes)
        .map_err(|error| format!("{} cannot be written: {error}", lock.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::solution::{File, write};
    use tempfile::{TempDir, tempdir};

    const PACKAGE: &str = "[package]\nname = \"workshop\"\nedition = \"2024\"\n\n[workspace]\n";

    fn package(manifest: &str, main: &str) -> TempDir {
        let folder = tempdir().unwrap();
        let files = [("Cargo.toml", manifest), ("src/main.rs", main)];
        let files = files.map(|(path, text)| File { path: path.to_owned(), text: text.to_owned() });
        write(folder.path(), &files).unwrap();
        folder
    }

    #[test]
    fn a_program_is_built() {
        let folder = package(PACKAGE, "fn main() {}\n");
        assert!(build(&Workshop::at(folder.path()), false).unwrap().is_file());
        // What is not needed is no longer locked, and stays so.
        let lock = fs::read_to_string(folder.path().join(LOCK)).unwrap();
        assert!(lock.contains("workshop") && !lock.contains("sha1"), "{lock}");
        build(&Workshop::at(folder.path()), false).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join(LOCK)).unwrap(), lock);
    }

    #[test]
    fn a_dependency_has_the_version_of_this_repository() {
        let folder =
            package(&format!("{PACKAGE}[dependencies]\nsha1 = \"0.11\"\n"), "fn main() {}");
        build(&Workshop::at(folder.path()), false).unwrap();
        let lock = fs::read_to_string(folder.path().join(LOCK)).unwrap();
        let locked = lock.split("\n\n").find(|part| part.contains("\"sha1\"\nversion")).unwrap();
        let own = fs::read_to_string(workspace().join(LOCK)).unwrap();
        let version = |part: &str| part.lines().nth(2).unwrap().to_owned();
        assert!(own.contains(&format!("name = \"sha1\"\n{}", version(locked))), "{locked}");
    }

    #[test]
    fn what_does_not_compile_says_why() {
        let folder = package(PACKAGE, "fn main() { let one: u8 = true; }\n");
        let trouble = build(&Workshop::at(folder.path()), false).unwrap_err();
        assert!(trouble.for_people().starts_with("error[E0308]: mismatched types"), "{trouble:?}");
    }

    #[test]
    fn a_folder_without_a_program_is_named() {
        let folder = tempdir().unwrap();
        let text = build(&Workshop::at(folder.path()), false).unwrap_err().for_people();
        assert!(text.contains("has no Cargo.toml"), "{text}");
        let folder = package(PACKAGE, "");
        fs::rename(folder.path().join("src/main.rs"), folder.path().join("src/lib.rs")).unwrap();
        let text = build(&Workshop::at(folder.path()), false).unwrap_err().for_people();
        assert!(text.contains("has no program"), "{text}");
    }
}

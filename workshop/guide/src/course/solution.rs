//! The solution of each stage, as the files of the reader's folder `workshop/`.

use std::fs;
use std::path::{Path, PathBuf};

use testkit::workspace;

use crate::course::marks::at_stage;

/// The manifest, the only file of a solution that is not in `src`.
pub(crate) const MANIFEST: &str = "Cargo.toml";

/// A file of a solution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path in `workshop/`, with slashes: `Cargo.toml` or `src/main.rs`.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// Returns the files of the solution of this stage, sorted by their paths. Stage 0 is the starter.
///
/// # Errors
/// A sentence, if a file cannot be read or has a wrong mark.
pub fn files(stage: u8) -> Result<Vec<File>, String> {
    files_in(&workspace().join("workshop/solution"), stage)
}

/// The same for the solutions in this folder.
///
/// # Errors
/// As [`files`].
pub fn files_in(folder: &Path, stage: u8) -> Result<Vec<File>, String> {
    let mut files = Vec::new();
    for path in paths_in(folder, Path::new(""))? {
        let name = path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        let file = folder.join(&path);
        let text = fs::read_to_string(&file)
            .map_err(|error| format!("{} cannot be read: {error}", file.display()))?
            .replace("\r\n", "\n");
        let text = at_stage(&name, &text, stage)?;
        if !text.trim().is_empty() {
            let path = if name == MANIFEST { name } else { format!("src/{name}") };
            files.push(File { path, text });
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

/// Writes files into a folder, which need not exist.
///
/// # Errors
/// A sentence, if a file cannot be written.
pub fn write(folder: &Path, files: &[File]) -> Result<(), String> {
    for file in files {
        let path = folder.join(&file.path);
        path.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, &file.text))
            .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    }
    Ok(())
}

/// The paths of all files below `within`, a folder in `folder`. Those that cargo writes are left
/// out.
fn paths_in(folder: &Path, within: &Path) -> Result<Vec<PathBuf>, String> {
    let here = folder.join(within);
    let unreadable = |error| format!("{} cannot be read: {error}", here.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(&here).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let path = within.join(entry.file_name());
        if path == Path::new("target") || path == Path::new("Cargo.lock") {
            continue;
        }
        if entry.path().is_dir() {
            paths.extend(paths_in(folder, &path)?);
        } else {
            paths.push(path);
        }
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::tempdir;

    /// Solutions of three stages.
    fn solutions() -> tempfile::TempDir {
        let folder = tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        file("Cargo.toml", "[package]\n#[ 2\nsha1 = \"1\"\n#]\n");
        file("main.rs", "//[ 2\nmod frame;\n//]\r\nfn main() {}\n");
        file("frame.rs", "//[ 2\n//! Frames.\n//]\n\n");
        file("wire/mod.rs", "//[ 3\n//! The wire.\n//]\n");
        file("target/debug/main.rs", "not a solution");
        file("Cargo.lock", "not a solution");
        folder
    }

    #[test]
    fn a_file_exists_from_the_stage_on_in_which_a_line_of_it_does() {
        let folder = solutions();
        let paths = |stage| {
            let files = files_in(folder.path(), stage).unwrap();
            files.into_iter().map(|file| file.path).collect::<Vec<_>>()
        };
        assert_eq!(paths(0), ["Cargo.toml", "src/main.rs"]);
        assert_eq!(paths(2), ["Cargo.toml", "src/frame.rs", "src/main.rs"]);
        assert_eq!(paths(3), ["Cargo.toml", "src/frame.rs", "src/main.rs", "src/wire/mod.rs"]);
    }

    #[test]
    fn what_is_written_is_what_was_extracted() {
        let (folder, copy) = (solutions(), tempdir().unwrap());
        let files = files_in(folder.path(), 2).unwrap();
        assert_eq!(files[2].text, "mod frame;\nfn main() {}\n");
        write(&copy.path().join("new"), &files).unwrap();
        for file in files {
            let written = fs::read_to_string(copy.path().join("new").join(file.path)).unwrap();
            assert_eq!(written, file.text);
        }
    }

    #[test]
    fn a_wrong_mark_is_named_with_its_file() {
        let folder = solutions();
        fs::write(folder.path().join("wire/mod.rs"), "//]\n").unwrap();
        let problem = files_in(folder.path(), 1).unwrap_err();
        assert!(problem.starts_with("wire/mod.rs:1: "), "{problem}");
        assert!(files_in(Path::new("no-such-folder"), 1).unwrap_err().contains("no-such-folder"));
    }
}

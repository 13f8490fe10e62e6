//! The reader's folder: their manifest, their code, and what becomes of it when something else is
//! written in its place.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use testkit::workspace;

use crate::course::solution::{File, MANIFEST, write};

/// The folder of the code.
const SOURCE: &str = "src";

/// A reader's folder.
#[derive(Clone, Debug)]
pub struct Workshop {
    /// Where it is.
    pub folder: PathBuf,
    /// Where cargo puts what it builds, if not into the folder.
    pub target: Option<PathBuf>,
}

impl Workshop {
    /// Returns the one in this repository.
    pub fn own() -> Self {
        Self::at(workspace().join("workshop"))
    }

    /// Returns the one in this folder.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), target: None }
    }

    /// Puts these files in the place of the manifest and the code. What was there is kept beside
    /// them, and its new paths are returned; if the files are there already, nothing is done.
    ///
    /// # Errors
    /// A sentence, if a file cannot be read, moved or written. Nothing is lost then either.
    pub fn replace(&self, files: &[File]) -> Result<Vec<PathBuf>, String> {
        if self.has_only(files) {
            return Ok(Vec::new());
        }
        let [manifest, source] = [MANIFEST, SOURCE].map(|name| self.folder.join(name));
        let kept = |number: u32| {
            [format!("Cargo-before-{number}.toml"), format!("src-before-{number}")]
                .map(|name| self.folder.join(name))
        };
        let is_free = |number: &u32| kept(*number).iter().all(|path| !is_there(path));
        let number = (1..=u32::MAX).find(is_free).unwrap_or_default();
        let [kept_manifest, kept_source] = kept(number);
        let mut moved = Vec::new();
        for (from, to) in [(manifest, kept_manifest), (source, kept_source)] {
            if is_there(&from) {
                fs::rename(&from, &to).map_err(|error| {
                    format!("{} cannot be moved to {}: {error}", from.display(), to.display())
                })?;
                moved.push(to);
            }
        }
        write(&self.folder, files)?;
        Ok(moved)
    }

    /// Returns whether the manifest and the code are these files, and no others.
    pub fn has_only(&self, files: &[File]) -> bool {
        let is_same = |file: &File| {
            let text = fs::read_to_string(self.folder.join(&file.path)).unwrap_or_default();
            text.replace("\r\n", "\n") == file.text
        };
        let source = files.iter().filter(|file| file.path != MANIFEST).count();
        files.iter().all(is_same)
            && files_below(&self.folder.join(SOURCE)).is_ok_and(|paths| paths.len() == source)
    }

    /// Returns the manifest and the files of the code, and when each was saved.
    pub fn saved(&self) -> Vec<(PathBuf, Option<SystemTime>)> {
        let mut paths = files_below(&self.folder.join(SOURCE)).unwrap_or_default();
        paths.push(self.folder.join(MANIFEST));
        paths.sort();
        let time = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
        let with_time = |path: PathBuf| {
            let time = time(&path);
            (path, time)
        };
        paths.into_iter().map(with_time).collect()
    }
}

/// Whether anything has this path, even if it is a link to nowhere.
fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// The paths of all files below a folder.
fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            paths.extend(files_below(&path)?);
        } else {
            paths.push(path);
        }
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::{TempDir, tempdir};

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    fn starter() -> Vec<File> {
        vec![file("Cargo.toml", "[package]\n"), file("src/main.rs", "fn main() {}\n")]
    }

    /// A folder in which a reader has begun.
    fn begun() -> (TempDir, Workshop) {
        let folder = tempdir().unwrap();
        let workshop = Workshop::at(folder.path());
        write(folder.path(), &starter()).unwrap();
        write(folder.path(), &[file("src/wire/frame.rs", "mine"), file("src/main.rs", "mine too")])
            .unwrap();
        (folder, workshop)
    }

    fn read(workshop: &Workshop, path: &str) -> String {
        fs::read_to_string(workshop.folder.join(path)).unwrap()
    }

    #[test]
    fn what_was_there_is_kept_each_time_it_is_replaced() {
        let (_folder, workshop) = begun();
        let kept = workshop.replace(&starter()).unwrap();
        assert!(kept[0].ends_with("Cargo-before-1.toml") && kept[1].ends_with("src-before-1"));
        assert!(workshop.has_only(&starter()));
        write(&workshop.folder, &[file("src/main.rs", "the second time")]).unwrap();
        let kept = workshop.replace(&starter()).unwrap();
        assert!(kept[1].ends_with("src-before-2"), "{kept:?}");
        assert_eq!(read(&workshop, "src-before-1/wire/frame.rs"), "mine");
        assert_eq!(read(&workshop, "src-before-1/main.rs"), "mine too");
        assert_eq!(read(&workshop, "src-before-2/main.rs"), "the second time");
        assert_eq!(read(&workshop, "src/main.rs"), "fn main() {}\n");
    }

    #[test]
    fn a_path_that_is_taken_is_not_written_over() {
        let (_folder, workshop) = begun();
        write(&workshop.folder, &[file("Cargo-before-1.toml", "old"), file("src-before-2", "odd")])
            .unwrap();
        let kept = workshop.replace(&starter()).unwrap();
        assert!(kept[0].ends_with("Cargo-before-3.toml") && kept[1].ends_with("src-before-3"));
        assert_eq!(read(&workshop, "Cargo-before-1.toml"), "old");
        assert_eq!(read(&workshop, "src-before-2"), "odd");
    }

    #[test]
    fn nothing_is_moved_if_nothing_would_change() {
        let (_folder, workshop) = begun();
        workshop.replace(&starter()).unwrap();
        assert!(workshop.replace(&starter()).unwrap().is_empty());
        assert!(!workshop.folder.join("src-before-2").exists());
        // One file more is a change.
        write(&workshop.folder, &[file("src/frame.rs", "")]).unwrap();
        assert_eq!(workshop.replace(&starter()).unwrap().len(), 2);
    }

    #[test]
    fn a_folder_without_code_is_filled() {
        let folder = tempdir().unwrap();
        let workshop = Workshop::at(folder.path());
        assert!(workshop.replace(&starter()).unwrap().is_empty());
        assert!(workshop.has_only(&starter()));
    }

    #[test]
    fn a_file_that_is_saved_added_or_removed_is_seen() {
        let (_folder, workshop) = begun();
        let before = workshop.saved();
        assert_eq!(before, workshop.saved());
        write(&workshop.folder, &[file("src/more.rs", "")]).unwrap();
        let more = workshop.saved();
        assert_ne!(before, more);
        fs::remove_file(workshop.folder.join("src/more.rs")).unwrap();
        assert_eq!(before, workshop.saved());
        let main = fs::File::options().write(true).open(workshop.folder.join("src/main.rs"));
        main.unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert_ne!(before, workshop.saved());
    }
}

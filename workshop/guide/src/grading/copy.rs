//! A copy of a learner's folder, in which nothing is in the way and nothing is spoilt.

use std::fs;
use std::io;
use std::path::Path;

use tempfile::TempDir;

/// What is not copied: what cargo and git have written.
const LEFT_OUT: [&str; 2] = ["target", ".git"];

/// Copies a learner's folder into a temporary one.
///
/// # Errors
/// A sentence, if a file cannot be read or written.
pub(crate) fn copy(folder: &Path) -> Result<TempDir, String> {
    let copy = TempDir::new().map_err(|error| format!("no temporary folder: {error}"))?;
    copy_into(folder, copy.path())
        .map_err(|error| format!("{} cannot be copied: {error}", folder.display()))?;
    Ok(copy)
}

fn copy_into(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (entry, name) = (entry.path(), entry.file_name());
        if LEFT_OUT.iter().any(|left_out| name == *left_out) {
            continue;
        }
        let to = to.join(name);
        if entry.is_dir() {
            fs::create_dir(&to)?;
            copy_into(&entry, &to)?;
        } else if entry.is_file() {
            // Not `fs::copy`: a file that may not be written would stay so.
            fs::write(&to, fs::read(&entry)?)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_built_is_not_copied() {
        let learner = TempDir::new().unwrap();
        for (folder, file) in [("src/wire", "frame.rs"), ("target/debug", "workshop")] {
            fs::create_dir_all(learner.path().join(folder)).unwrap();
            fs::write(learner.path().join(folder).join(file), "text").unwrap();
        }
        let copy = copy(learner.path()).unwrap();
        assert_eq!(fs::read_to_string(copy.path().join("src/wire/frame.rs")).unwrap(), "text");
        assert!(!copy.path().join("target").exists());
        assert!(super::copy(Path::new("no-such-folder")).unwrap_err().contains("no-such-folder"));
    }
}

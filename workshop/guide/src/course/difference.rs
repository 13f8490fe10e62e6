//! The difference between two solutions, as `git apply` and `patch -p1` take it in `workshop/`.

use std::collections::BTreeSet;

use similar::TextDiff;

use crate::course::solution::{File, files};

/// What the header of a difference names instead of a file that does not exist.
const NO_FILE: &str = "/dev/null";

/// Returns the difference between the solution of this stage and that of the stage before, in the
/// unified form. Stage 0 has none before it: all of its files are new.
///
/// # Errors
/// A sentence, if a solution cannot be read.
pub fn of_stage(stage: u8) -> Result<String, String> {
    let before = stage.checked_sub(1).map_or(Ok(Vec::new()), files)?;
    Ok(between(&before, &files(stage)?))
}

/// Returns the difference between these files, in the order of their paths.
pub fn between(before: &[File], after: &[File]) -> String {
    let paths: BTreeSet<&str> = before.iter().chain(after).map(|file| file.path.as_str()).collect();
    paths.into_iter().map(|path| of_file(path, before, after)).collect()
}

fn of_file(path: &str, before: &[File], after: &[File]) -> String {
    let find = |files: &[File], side: &str| match files.iter().find(|file| file.path == path) {
        Some(file) => (format!("{side}/{path}"), file.text.clone()),
        None => (NO_FILE.to_owned(), String::new()),
    };
    let (old_name, old) = find(before, "a");
    let (new_name, new) = find(after, "b");
    TextDiff::from_lines(&old, &new).unified_diff().header(&old_name, &new_name).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::solution::write;
    use std::fs;
    use std::path::Path;
    use std::process::Command;
    use tempfile::tempdir;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    /// Three stages: a file changes, a file comes, a file goes.
    fn stages() -> [Vec<File>; 3] {
        let main = "fn main() {\n    listen();\n}\n";
        [
            vec![file("Cargo.toml", "[package]\n"), file("src/main.rs", main)],
            vec![
                file("Cargo.toml", "[package]\n"),
                file("src/frame.rs", "//! Frames.\n"),
                file("src/main.rs", &format!("mod frame;\n{main}")),
            ],
            vec![file("Cargo.toml", "[package]\nno end"), file("src/main.rs", main)],
        ]
    }

    #[test]
    fn it_names_each_file_that_changes() {
        let [before, after, _] = stages();
        let due = "--- /dev/null\n+++ b/src/frame.rs\n@@ -0,0 +1 @@\n+//! Frames.\n\
                   --- a/src/main.rs\n+++ b/src/main.rs\n@@ -1,3 +1,4 @@\n+mod frame;\n \
                   fn main() {\n     listen();\n }\n";
        assert_eq!(between(&before, &after), due);
        assert_eq!(between(&after, &after), "");
    }

    #[test]
    fn applied_one_after_the_other_the_differences_give_each_stage() {
        let folder = tempdir().unwrap();
        let mut before = Vec::new();
        for stage in stages() {
            let difference = folder.path().join("difference");
            fs::write(&difference, between(&before, &stage)).unwrap();
            applies(folder.path(), &difference);
            for file in &stage {
                let path = folder.path().join(&file.path);
                assert_eq!(fs::read_to_string(path).unwrap(), file.text);
            }
            before = stage;
        }
        assert!(!folder.path().join("src/frame.rs").exists());
    }

    /// Whoever has cloned this repository has git.
    fn applies(folder: &Path, difference: &Path) {
        let mut git = Command::new("git");
        let status = git.arg("apply").arg(difference).current_dir(folder).status().unwrap();
        assert!(status.success());
    }

    #[test]
    fn a_folder_that_was_written_takes_the_next_difference() {
        let folder = tempdir().unwrap();
        let [before, after, _] = stages();
        write(folder.path(), &before).unwrap();
        let difference = folder.path().join("difference");
        fs::write(&difference, between(&before, &after)).unwrap();
        applies(folder.path(), &difference);
        assert!(folder.path().join("src/frame.rs").exists());
    }
}

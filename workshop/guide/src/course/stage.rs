//! A stage: what the judge knows of it, and its text.

use std::fs;
use std::path::{Path, PathBuf};

use conformance::checker::stages::{STAGES, numbered};
use testkit::workspace;

pub use crate::course::text::{Comparison, Fails, Text};

/// The number of the last stage.
pub const LAST: u8 = STAGES[STAGES.len() - 1].number;

/// A stage: what to build in one sitting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its place in the order, from 1.
    pub number: u8,
    /// What is built, in a few words.
    pub title: &'static str,
    /// What to do, in a few sentences.
    pub task: &'static str,
    /// The chapter of the book, by the name of its file: `02-handshake`.
    pub chapter: &'static str,
    /// The names of the checks, in the order in which they are run. `utf8/*` is the whole group.
    pub checks: &'static [&'static str],
    /// The cases of Autobahn that judge it too, as `ws-judge conformance --only` takes them.
    pub cases: &'static str,
    /// Its texts, besides its title and its task.
    pub text: Text,
}

impl Stage {
    /// Returns the stage with this number.
    ///
    /// # Errors
    /// A sentence, if there is no such stage, or if its text is missing or has a wrong section.
    pub fn numbered(number: u8) -> Result<Self, String> {
        Self::numbered_in(&workspace().join("workshop/stages"), number)
    }

    /// The same with the texts in this folder.
    ///
    /// # Errors
    /// As [`Self::numbered`].
    pub fn numbered_in(folder: &Path, number: u8) -> Result<Self, String> {
        let stage = numbered(number)
            .ok_or_else(|| format!("there is no stage {number}: they are 1 to {LAST}"))?;
        let path = path_in(folder, number)?;
        let text = fs::read_to_string(&path)
            .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        let text = Text::read(&text).map_err(|problem| format!("{}: {problem}", path.display()))?;
        Ok(Self {
            number,
            title: stage.title,
            task: stage.task,
            chapter: stage.chapter,
            checks: stage.checks,
            cases: stage.cases,
            text,
        })
    }

    /// Returns all stages, the first one first.
    ///
    /// # Errors
    /// As [`Self::numbered`].
    pub fn all() -> Result<Vec<Self>, String> {
        (1..=LAST).map(Self::numbered).collect()
    }

    /// Where the book describes it: `book/src/02-handshake.md#stage-3`.
    pub fn page(&self) -> String {
        page(self.chapter, self.number)
    }
}

/// Where the book describes the stage with this number, which is in this chapter.
pub(crate) fn page(chapter: &str, number: u8) -> String {
    format!("book/src/{chapter}.md#stage-{number}")
}

/// Where the text of this stage is: `03-any-good-request.md`.
fn path_in(folder: &Path, number: u8) -> Result<PathBuf, String> {
    let entries = fs::read_dir(folder)
        .map_err(|error| format!("{} cannot be read: {error}", folder.display()))?;
    let prefix = format!("{number:02}-");
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let is_it = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(&prefix) && name.ends_with(".md")
    };
    let mut found: Vec<PathBuf> = paths.filter(is_it).collect();
    match (found.pop(), found.pop()) {
        (Some(path), None) => Ok(path),
        (None, _) => Err(format!("{} has no text {prefix}….md", folder.display())),
        (Some(_), Some(_)) => Err(format!("{} has two texts {prefix}….md", folder.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::tempdir;

    const TEXT: &str = "## Bytes\nb\n## Look up\n- l\n## Question\nq\n\nAnswer: a\n## Hints\n1. h\n\
                        ## Compare\n`c`: c\n## Fails\nnone\n";

    #[test]
    fn a_stage_has_the_judges_words_and_its_own() {
        let folder = tempdir().unwrap();
        fs::write(folder.path().join("03-any-good-request.md"), TEXT).unwrap();
        let stage = Stage::numbered_in(folder.path(), 3).unwrap();
        assert_eq!((stage.number, stage.text.answer.as_str()), (3, "a"));
        assert_eq!(stage.title, STAGES[2].title);
        assert_eq!(stage.page(), "book/src/02-handshake.md#stage-3");
    }

    #[test]
    fn what_is_missing_is_named() {
        let folder = tempdir().unwrap();
        let problem = |number| Stage::numbered_in(folder.path(), number).unwrap_err();
        assert!(problem(0).contains(&format!("1 to {LAST}")));
        let beyond = LAST + 1;
        assert!(problem(beyond).contains(&format!("no stage {beyond}")));
        assert!(problem(3).contains("no text 03-….md"));
        fs::write(folder.path().join("03-one.md"), "").unwrap();
        assert!(problem(3).ends_with("03-one.md: `## Bytes` is missing"));
        fs::write(folder.path().join("03-two.md"), TEXT).unwrap();
        assert!(problem(3).contains("two texts"));
    }
}

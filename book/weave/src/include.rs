//! A place in a page where mdBook inserts a file, `{{#include PATH:PART}}`.

use anyhow::{Context as _, Result, bail, ensure};

use crate::place;

/// Marks the first line of a part, and the last: mdBook shows neither in a part, and both in a
/// whole file.
const MARKS: [&str; 2] = ["ANCHOR:", "ANCHOR_END:"];

/// A file that a page includes, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// The path of the file.
    pub path: String,
    /// The name of an anchor or a range of lines; empty for the whole file.
    pub part: String,
}

impl Include {
    /// Returns the include in a line of a page.
    pub fn find(line: &str) -> Option<Self> {
        let (target, _) = line.split_once("{{#include ")?.1.split_once("}}")?;
        let (path, part) = target.trim().split_once(':').unwrap_or((target.trim(), ""));
        Some(Self { path: from_root(path), part: part.to_owned() })
    }

    /// Returns the file that a caption names: for a snapshot the test that wrote it, else the file
    /// itself.
    ///
    /// # Errors
    /// If the file is missing, or the part, or if what is shown would not be what was meant.
    pub fn source(&self) -> Result<String> {
        let Self { path, part } = self;
        let Ok(text) = place::read(path) else { bail!("there is no file {path}") };
        if path.contains("/snapshots/") {
            return source_of_snapshot(&text, part).with_context(|| path.clone());
        }
        if part.is_empty() {
            let has_marks = text.lines().any(is_mark);
            ensure!(!has_marks, "{path} has anchors, which would show: include one");
        } else {
            for mark in MARKS {
                let has_mark = text.lines().any(|line| marked(line, mark) == Some(part));
                ensure!(has_mark, "{path} has no {mark} {part}");
            }
        }
        Ok(path.clone())
    }

    /// Returns the lines that are shown.
    ///
    /// # Errors
    /// If the file or the part is missing.
    pub fn lines(&self) -> Result<Vec<String>> {
        let Self { path, part } = self;
        let text = place::read(path)?;
        let lines = text.lines().map(str::to_owned);
        if part.is_empty() {
            return Ok(lines.collect());
        }
        if let Some((first, last)) = line_range(part) {
            return Ok(lines.skip(first - 1).take(last.saturating_sub(first - 1)).collect());
        }
        let [begins, ends] =
            MARKS.map(|mark| move |line: &String| marked(line, mark) == Some(part));
        let from_mark = lines.skip_while(|line| !begins(line));
        let shown = from_mark.take_while(|line| !ends(line)).filter(|line| !is_mark(line));
        Ok(shown.collect())
    }
}

/// Returns the first and the last line of a part that is a range of lines, such as `5:` or `5:12`.
fn line_range(part: &str) -> Option<(usize, usize)> {
    let (first, last) = part.split_once(':')?;
    let last = if last.is_empty() { usize::MAX } else { last.parse().ok()? };
    Some((first.parse().ok().filter(|first| *first > 0)?, last))
}

/// A snapshot begins with notes of `insta` between two lines of `---`. One note is the test. A
/// transcript may be cut, but must not begin inside the notes.
fn source_of_snapshot(text: &str, part: &str) -> Result<String> {
    let notes = text.lines().skip(1).take_while(|line| *line != "---").count();
    let first = notes + 3;
    let begins_below = line_range(part).is_some_and(|(shown, _)| shown >= first);
    ensure!(begins_below, "the transcript is its part {first}:");
    let source = text.lines().find_map(|line| line.strip_prefix("source: "));
    Ok(source.context("it does not name its test")?.to_owned())
}

/// Whether a line marks the first or the last line of a part.
pub fn is_mark(line: &str) -> bool {
    MARKS.iter().any(|mark| marked(line, mark).is_some())
}

/// The name of the part that a line marks.
fn marked<'a>(line: &'a str, mark: &str) -> Option<&'a str> {
    line.split_once(mark)?.1.split_whitespace().next()
}

/// Turns a path that starts at the folder of the pages into one that starts at the workspace's.
fn from_root(path: &str) -> String {
    let mut parts = vec!["book", "src"];
    for part in path.split('/') {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, part: &str) -> Result<String, String> {
        let include = Include { path: path.to_owned(), part: part.to_owned() };
        include.source().map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn a_path_starts_at_the_workspace() {
        let include = Include::find("{{#include ../../steps/04-framing/src/header.rs:decode}}");
        let include = include.unwrap();
        assert_eq!(include.path, "steps/04-framing/src/header.rs");
        assert_eq!(include.part, "decode");
        let include = Include::find("<p>{{#include generated/musts.md}}</p>").unwrap();
        assert_eq!(include.path, "book/src/generated/musts.md");
        assert_eq!(include.part, "");
        assert_eq!(Include::find("{{#playground x.rs}}"), None);
    }

    #[test]
    fn a_part_has_a_mark_at_both_ends() {
        let path = "book/weave/tests/fixtures/anchors.txt";
        assert_eq!(source(path, "inner").as_deref(), Ok(path));
        assert_eq!(source(path, "none"), Err(format!("{path} has no ANCHOR: none")));
        assert_eq!(source(path, "open"), Err(format!("{path} has no ANCHOR_END: open")));
        assert_eq!(
            source(path, ""),
            Err(format!("{path} has anchors, which would show: include one"))
        );
    }

    #[test]
    fn a_transcript_begins_below_the_notes_of_its_snapshot() {
        let snapshot = "---\nsource: steps/x/tests/y.rs\ninfo: z\nexpression: a\n---\n→ 81\n---\n";
        assert_eq!(source_of_snapshot(snapshot, "6:").unwrap(), "steps/x/tests/y.rs");
        assert_eq!(source_of_snapshot(snapshot, "6:9").unwrap(), "steps/x/tests/y.rs");
        for wrong in ["", "5:", "x"] {
            let error = source_of_snapshot(snapshot, wrong).unwrap_err();
            assert_eq!(error.to_string(), "the transcript is its part 6:");
        }
    }

    #[test]
    fn the_lines_of_a_part_are_shown_without_marks() {
        let lines = |part: &str| {
            let path = "book/weave/tests/fixtures/anchors.txt".to_owned();
            Include { path, part: part.to_owned() }.lines().unwrap()
        };
        assert_eq!(lines("outer"), ["two", "four", "six"]);
        assert_eq!(lines("inner"), ["four"]);
        assert_eq!(lines("2:3"), lines("")[1..3]);
        assert_eq!(lines("8:"), lines("")[7..]);
    }
}

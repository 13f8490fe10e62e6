//! A place in a page where a file is put in, `{{#include PATH:ANCHOR}}`, as mdBook reads it.

use crate::{Outcome, place};

/// Opens and closes what mdBook replaces by a file.
const OPEN: &str = "{{#include ";
const CLOSE: &str = "}}";
/// Opens and closes a part of a file that has a name.
const ANCHOR: &str = "ANCHOR:";
const ANCHOR_END: &str = "ANCHOR_END:";

/// A file, or a named part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// The path of the file below the workspace's folder, with `/`.
    pub path: String,
    /// The name of the part.
    pub anchor: Option<String>,
}

impl Include {
    /// The include that stands in a line of a page.
    #[must_use]
    pub fn find(line: &str) -> Option<Self> {
        let (_, rest) = line.split_once(OPEN)?;
        let (target, _) = rest.split_once(CLOSE)?;
        let (path, anchor) = match target.trim().split_once(':') {
            Some((path, anchor)) => (path, Some(anchor.to_owned())),
            None => (target.trim(), None),
        };
        Some(Self { path: below_root(path), anchor })
    }

    /// The lines that it puts in, each with its number in the file.
    ///
    /// # Errors
    /// What is missing: the file, or its part.
    pub fn lines(&self) -> Outcome<Vec<(usize, String)>> {
        let text = place::read(&place::root().join(&self.path))
            .map_err(|_| format!("there is no file {}", self.path))?;
        let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.to_owned()));
        let Some(anchor) = &self.anchor else { return Ok(lines.collect()) };
        let (mut shown, mut is_inside, mut is_there) = (Vec::new(), false, false);
        for (number, line) in lines {
            if name_after(ANCHOR, &line) == Some(anchor) {
                (is_inside, is_there) = (true, true);
            } else if name_after(ANCHOR_END, &line) == Some(anchor) {
                is_inside = false;
            } else if is_inside && !is_mark(&line) {
                shown.push((number, line));
            }
        }
        if !is_there {
            return Err(format!("{} has no anchor {anchor}", self.path).into());
        }
        if is_inside {
            return Err(format!("{} does not end its anchor {anchor}", self.path).into());
        }
        Ok(shown)
    }
}

/// Does this line open or close a part? mdBook leaves such lines out of parts, and not out of whole
/// files.
#[must_use]
pub fn is_mark(line: &str) -> bool {
    name_after(ANCHOR, line).is_some() || name_after(ANCHOR_END, line).is_some()
}

fn name_after<'a>(mark: &str, line: &'a str) -> Option<&'a str> {
    line.split_once(mark)?.1.split_whitespace().next()
}

/// A path that starts at the pages' folder, as one that starts at the workspace's.
fn below_root(path: &str) -> String {
    let mut parts = vec!["book", "src"];
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_told_from_the_workspace() {
        let include = Include::find("{{#include ../../steps/04-framing/src/header.rs:decode}}");
        let include = include.unwrap();
        assert_eq!(include.path, "steps/04-framing/src/header.rs");
        assert_eq!(include.anchor.as_deref(), Some("decode"));
        let include = Include::find("<p>{{#include generated/musts.md}}</p>").unwrap();
        assert_eq!((include.path.as_str(), include.anchor), ("book/src/generated/musts.md", None));
        assert_eq!(Include::find("{{#playground x.rs}}"), None);
    }

    #[test]
    fn a_part_has_the_lines_between_its_marks() {
        let path = "book/weave/tests/fixtures/anchors.txt";
        let part = |anchor: &str| {
            Include { path: path.to_owned(), anchor: Some(anchor.to_owned()) }
                .lines()
                .map_err(|error| error.to_string())
        };
        let line = |number, text: &str| (number, text.to_owned());
        assert_eq!(part("outer"), Ok(vec![line(2, "two"), line(4, "four"), line(6, "six")]));
        assert_eq!(part("inner"), Ok(vec![line(4, "four")]));
        assert_eq!(part("none"), Err(format!("{path} has no anchor none")));
        assert_eq!(part("open"), Err(format!("{path} does not end its anchor open")));
    }
}

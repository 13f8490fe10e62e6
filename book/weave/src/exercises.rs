//! The exercises of each chapter, as its page lists them: what the course itself says of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use crate::{Outcome, place};

/// What the book reads of the course's list.
#[derive(Deserialize)]
struct Course {
    exercises: Vec<Exercise>,
}

#[derive(Deserialize)]
struct Exercise {
    name: String,
    /// The folder of its step, `03_unmasking`.
    dir: String,
}

/// The list for each step, by the step's two digits, in Markdown.
///
/// # Errors
/// A list or an exercise that cannot be read, or does not say what it is.
pub fn exercises() -> Outcome<BTreeMap<String, String>> {
    let folder = place::root().join("exercises");
    let course: Course = toml::from_str(&place::read(&folder.join("info.toml"))?)?;
    let mut lists = BTreeMap::<String, String>::new();
    for Exercise { name, dir } in course.exercises {
        let path = format!("exercises/{dir}/{name}.rs");
        let text = place::read(&folder.join(&path))?;
        let (title, what) = title_and_first_paragraph(&text)
            .ok_or_else(|| format!("exercises/{path} does not begin with `//! # A title`"))?;
        // A question has its mark already.
        let mark = if title.ends_with('?') { "" } else { "." };
        let list = lists.entry(dir.chars().take(2).collect()).or_default();
        writeln!(list, "1. **{title}{mark}** {what}\n   `just exercise {name}`")?;
    }
    Ok(lists)
}

fn title_and_first_paragraph(text: &str) -> Option<(&str, String)> {
    let mut lines = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
    let title = lines.next()?.strip_prefix("# ")?;
    let lines = lines.skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty());
    let what: Vec<&str> = lines.collect();
    Some((title, what.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exercise_says_what_it_is() {
        let text =
            "//! # Who is there?\n//!\n//! A server\n//! asks.\n//!\n//! More.\n\nfn x() {}\n";
        let said = title_and_first_paragraph(text);
        assert_eq!(said, Some(("Who is there?", "A server asks.".to_owned())));
        assert_eq!(title_and_first_paragraph("fn x() {}\n"), None);
    }
}

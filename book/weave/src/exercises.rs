//! The exercises of each chapter, as its page lists them: what the exercises say of themselves.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Error, Result};
use grade::{Course, Exercise};

use crate::place;

/// Returns the list for each step in Markdown, by the two digits of the step.
///
/// # Errors
/// If an exercise cannot be read, or has no title.
pub fn exercises() -> Result<BTreeMap<String, String>> {
    let course = Course::own().map_err(Error::msg)?;
    let mut lists = BTreeMap::<String, String>::new();
    for Exercise { name, step, .. } in course.exercises {
        let path = format!("exercises/exercises/{step}/{name}.rs");
        let text = place::read(&path)?;
        let (title, what) = title_and_first_paragraph(&text)
            .with_context(|| format!("{path} does not begin with `//! # A title`"))?;
        // A question has its mark already.
        let mark = if title.ends_with('?') { "" } else { "." };
        let list = lists.entry(step.chars().take(2).collect()).or_default();
        writeln!(list, "1. **{title}{mark}** {what}\n   `just exercise {name}`")?;
    }
    Ok(lists)
}

fn title_and_first_paragraph(text: &str) -> Option<(&str, String)> {
    let mut lines = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
    let title = lines.next()?.strip_prefix("# ")?;
    let lines = lines.skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty());
    Some((title, lines.collect::<Vec<_>>().join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exercise_has_a_title_and_a_task() {
        let text =
            "//! # Who is there?\n//!\n//! A server\n//! asks.\n//!\n//! More.\n\nfn x() {}\n";
        let expected = Some(("Who is there?", "A server asks.".to_owned()));
        assert_eq!(title_and_first_paragraph(text), expected);
        assert_eq!(title_and_first_paragraph("fn x() {}\n"), None);
    }
}

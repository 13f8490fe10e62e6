//! What the main program of a step changes in another one.

use anyhow::Result;
use similar::TextDiff;
use testkit::Step;

use crate::include::is_mark;
use crate::place;

/// Returns the difference between the main programs of two steps, in the unified form.
///
/// # Errors
/// If a program cannot be read.
pub fn difference(from: &Step, to: &Step) -> Result<String> {
    let (before, after) = (program(from)?, program(to)?);
    let difference = TextDiff::from_lines(&before, &after);
    Ok(difference.unified_diff().header(&from.source, &to.source).to_string())
}

/// The main program of a step, without the marks that the book needs.
fn program(step: &Step) -> Result<String> {
    let text = place::read(&step.source)?;
    Ok(text.split_inclusive('\n').filter(|line| !is_mark(line)).collect())
}

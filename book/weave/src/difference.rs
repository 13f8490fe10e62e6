//! What the main program of a step changes in that of the step before.

use std::fs;

use similar::TextDiff;

use crate::include::is_mark;
use crate::{Outcome, place};

/// The lines around a change that are shown with it.
const CONTEXT: usize = 3;

/// The folder of a step below the workspace's, `steps/03-unmasking`.
///
/// # Errors
/// That there is no such step.
pub fn folder(step: u8) -> Outcome<String> {
    let prefix = format!("{step:02}-");
    for entry in fs::read_dir(place::root().join("steps"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with(&prefix) {
            return Ok(format!("steps/{name}"));
        }
    }
    Err(format!("there is no step {step}").into())
}

/// The difference between the main programs of two steps, in the unified form.
///
/// # Errors
/// A step or its program that is not there.
pub fn difference(from: u8, to: u8) -> Outcome<String> {
    let (from, to) = (main_of(from)?, main_of(to)?);
    let difference = TextDiff::from_lines(&from.text, &to.text);
    let mut unified = difference.unified_diff();
    Ok(unified.context_radius(CONTEXT).header(&from.path, &to.path).to_string())
}

struct Main {
    path: String,
    text: String,
}

/// The main program of a step, without the marks that the book needs.
fn main_of(step: u8) -> Outcome<Main> {
    let path = format!("{}/src/main.rs", folder(step)?);
    let text = place::read(&place::root().join(&path))?;
    let lines = text.lines().filter(|line| !is_mark(line));
    Ok(Main { path, text: lines.map(|line| format!("{line}\n")).collect() })
}

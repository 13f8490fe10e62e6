//! Grades, for people at a terminal of 80 columns and 24 lines.

use std::fmt::Write as _;

use crate::grade::{Grade, Graded};
use crate::outcome::Outcome;

/// The columns of a terminal.
const WIDTH: usize = 80;
/// Where the words about a step begin.
const INDENT: usize = 29;
/// The lines of a message that are shown.
const MESSAGE_LINES: usize = 6;

/// Returns a line for each step, and at the end what to look at first: the end is what a terminal
/// shows.
pub fn table(grade: &Grade) -> String {
    let mut table = format!("{}: {} of {} passed\n", grade.learner, grade.passed, grade.of);
    for step in grade.exercises.chunk_by(|one, next| one.step == next.step) {
        let passed = step.iter().filter(|graded| graded.outcome == Outcome::Passed).count();
        let name = step.first().map_or("", |graded| &graded.step);
        let begin = format!("  {name:<16} {passed} of {}", step.len());
        let words = wrapped(&others(step), WIDTH - INDENT);
        let mut lines = words.iter();
        let first = lines.next().map_or("", |line| line);
        let _ = writeln!(table, "{}", format!("{begin:<INDENT$}{first}").trim_end());
        for line in lines {
            let _ = writeln!(table, "{:INDENT$}{line}", "");
        }
    }
    if let Some(first) = grade.first_to_mend() {
        let _ = write!(table, "\n{}", in_detail(first));
    }
    table
}

/// What is not passed yet: the names of what was begun, and the number of the rest.
fn others(step: &[Graded]) -> String {
    let mut parts = Vec::new();
    for graded in step {
        let word = graded.outcome.word();
        if graded.outcome.is_begun() && graded.outcome != Outcome::Passed {
            parts.push(format!("{} {word}", graded.name));
        }
    }
    for rest in [Outcome::NotBegun, Outcome::Missing] {
        let count = step.iter().filter(|graded| graded.outcome == rest).count();
        if count > 0 {
            parts.push(format!("{count} {}", rest.word()));
        }
    }
    parts.join(", ")
}

/// An exercise and what there is to say about it.
fn in_detail(graded: &Graded) -> String {
    let Graded { step, name, outcome } = graded;
    let mut detail = format!("{step}/{name}: {}\n", outcome.word());
    let message = match outcome {
        Outcome::Failed { failed } => {
            let Some(first) = failed.first() else { return detail };
            let _ = write!(detail, "  {}", first.test);
            match failed.len() - 1 {
                0 => detail.push_str(":\n"),
                more => {
                    let _ = writeln!(detail, " (and {more} more):");
                }
            }
            &first.message
        }
        Outcome::DoesNotCompile { message }
        | Outcome::Refused { message }
        | Outcome::Broken { message } => message,
        Outcome::Passed | Outcome::Endless | Outcome::NotBegun | Outcome::Missing => "",
    };
    let lines = message.lines().flat_map(|line| wrapped(line, WIDTH - 4));
    for line in lines.take(MESSAGE_LINES) {
        let _ = writeln!(detail, "    {line}");
    }
    detail
}

/// Breaks a line into lines of at most `width` characters, at spaces where there are some.
fn wrapped(line: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut current = String::new();
    for word in line.split_inclusive(' ') {
        if current.chars().count() + word.trim_end().chars().count() > width {
            lines.push(std::mem::take(&mut current));
        }
        for letter in word.chars() {
            if current.chars().count() == width {
                lines.push(std::mem::take(&mut current));
                if letter == ' ' {
                    continue;
                }
            }
            current.push(letter);
        }
    }
    lines.push(current);
    lines.retain(|line| !line.trim().is_empty());
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::FailedTest;

    #[test]
    fn a_line_is_broken_at_spaces_or_where_it_must() {
        assert_eq!(wrapped("  left: one two", 11), ["  left: one", "two"]);
        assert_eq!(wrapped("abcdefgh ij", 5), ["abcde", "fgh", "ij"]);
    }

    /// The names are those of the longest step, and there are more lines of message than shown.
    #[test]
    fn the_first_failure_is_on_the_screen_if_everything_fails() {
        let outcome = Outcome::Failed {
            failed: vec![
                FailedTest { test: "the_rule".repeat(6), message: "why ".repeat(500) },
                FailedTest { test: "another_rule".to_owned(), message: "why".to_owned() },
            ],
        };
        let names = ["header_lookup", "token_list", "accept_key", "closing_handshake", "origin"];
        let graded = |number: usize| Graded {
            step: format!("{:02}_handshake", number / names.len()),
            name: names[number % names.len()].to_owned(),
            outcome: outcome.clone(),
        };
        let exercises: Vec<Graded> = (0..35).map(graded).collect();
        let table = table(&Grade { learner: "exercises".to_owned(), passed: 0, of: 35, exercises });
        assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
        let shown: Vec<&str> = table.lines().rev().take(23).collect();
        assert!(shown.iter().any(|line| line.contains("header_lookup: failed")), "{table}");
        assert!(shown.iter().any(|line| line.ends_with("(and 1 more):")), "{table}");
    }
}

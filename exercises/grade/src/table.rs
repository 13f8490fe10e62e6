//! Grades, for people.

use std::fmt::Write as _;

use crate::grade::Grade;
use crate::outcome::Outcome;

/// A line for each step, and below it what is not passed yet, with the first thing to know about it.
pub fn table(grade: &Grade) -> String {
    let mut table = format!("{}: {} of {} passed\n", grade.learner, grade.passed, grade.of);
    for step in grade.exercises.chunk_by(|one, next| one.step == next.step) {
        let passed = step.iter().filter(|graded| graded.outcome == Outcome::Passed).count();
        let name = step.first().map_or("", |graded| &graded.step);
        let _ = writeln!(table, "  {name:<16} {passed} of {}", step.len());
        for graded in step.iter().filter(|graded| graded.outcome != Outcome::Passed) {
            let _ = writeln!(table, "    {:<20} {}", graded.name, graded.outcome.word());
            for details in graded.outcome.details() {
                let _ = writeln!(table, "      {}", details.lines().next().unwrap_or_default());
            }
        }
    }
    table
}

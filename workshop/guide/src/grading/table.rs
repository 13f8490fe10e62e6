//! Grades for people.

use std::fmt::Write as _;

use conformance::checker::report::people::{map, prose};

use crate::grading::grade::Grade;
use crate::grading::outcome::Outcome;

/// Returns the map of a learner's stages, and what became of the first one that is not passed.
pub(crate) fn table(grade: &Grade, colours: bool) -> String {
    let Grade { learner, passed, of, stages } = grade;
    let mut table = format!("{learner}: {passed} of {of} passed\n");
    let open = stages.iter().find(|graded| graded.outcome != Outcome::Passed);
    let signs = map(|stage| stage.number <= *passed, open.map(|open| open.stage), colours);
    let Some(open) = open else {
        let _ = writeln!(table, "  {signs}");
        return table;
    };
    let _ = writeln!(table, "  {signs}  stage {}: {}", open.stage, open.outcome.word());
    match open.outcome.details() {
        details if details.is_empty() => table,
        details => table + &prose("    ", &details),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::stage::LAST;

    #[test]
    fn the_first_stage_that_is_not_passed_says_why() {
        let (check, message) = ("framing/echo".to_owned(), "Nothing came.".to_owned());
        let grade = Grade::new("ada".to_owned(), 7, Some(Outcome::Failed { check, message }));
        let later = |open: u8| "·".repeat((LAST - open).into());
        let due = format!(
            "ada: 7 of {LAST} passed\n  ✓✓✓✓✓✓✓✗{}  stage 8: failed\n    framing/echo: Nothing \
             came.\n",
            later(8)
        );
        assert_eq!(table(&grade, false), due);
        let all = table(&Grade::new("grace".to_owned(), LAST, None), false);
        let signs = "✓".repeat(LAST.into());
        assert_eq!(all, format!("grace: {LAST} of {LAST} passed\n  {signs}\n"));
        let none = table(&Grade::new("new".to_owned(), 0, Some(Outcome::NotBegun)), false);
        assert!(none.ends_with(&format!("✗{}  stage 1: not begun\n", later(1))), "{none}");
    }
}

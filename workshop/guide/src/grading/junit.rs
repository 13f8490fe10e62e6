//! Grades as JUnit XML, which course servers read.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::grading::grade::{Grade, Graded};
use crate::grading::outcome::Outcome;

/// Returns a test suite for each learner, and in it a test case for each stage. What was not begun
/// or not reached is skipped, as far as JUnit is concerned.
///
/// # Errors
/// A sentence about a report that cannot be written as XML.
pub(crate) fn junit(grades: &[Grade]) -> Result<String, String> {
    let mut report = Report::new("WebSocket, step by step: the workshop");
    for grade in grades {
        let mut suite = TestSuite::new(grade.learner.as_str());
        for Graded { stage, title, chapter, outcome } in &grade.stages {
            let mut case = TestCase::new(format!("{stage:02} {title}"), status(outcome));
            case.set_classname(*chapter);
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    report.to_string().map_err(|error| format!("JUnit: {error}"))
}

fn status(outcome: &Outcome) -> TestCaseStatus {
    let mut status = match outcome {
        Outcome::Passed => return TestCaseStatus::success(),
        Outcome::NotBegun | Outcome::NotReached => TestCaseStatus::skipped(),
        Outcome::Failed { .. } => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Outcome::Broken { .. } => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    status.set_message(outcome.word());
    let details = outcome.details();
    if !details.is_empty() {
        status.set_description(details);
    }
    status
}

#[cfg(test)]
mod tests {
    use super::*;
    use conformance::checker::stages::STAGES;

    #[test]
    fn a_learner_is_a_suite_and_a_stage_a_case() {
        let (check, message) = ("framing/echo".to_owned(), "\u{1b}[31m <no>".to_owned());
        let failed = Outcome::Failed { check, message };
        let broken = Outcome::Broken { message: "It has ended.".to_owned() };
        let grades = [
            Grade::new("ada".to_owned(), 7, Some(failed)),
            Grade::new("bob".to_owned(), 0, Some(broken)),
        ];
        let xml = junit(&grades).unwrap();
        let document = roxmltree::Document::parse(&xml).unwrap();
        let count = |suite: &str, name: &str| {
            let is_suite = |node: &roxmltree::Node| node.attribute("name") == Some(suite);
            let suite = document.descendants().find(is_suite).unwrap();
            suite.descendants().filter(|node| node.has_tag_name(name)).count()
        };
        let all = STAGES.len();
        let counts = |suite, names: [&str; 3]| names.map(|name| count(suite, name));
        assert_eq!(counts("ada", ["testcase", "failure", "skipped"]), [all, 1, all - 8]);
        assert_eq!(counts("bob", ["testcase", "error", "skipped"]), [all, 1, all - 1]);
        assert!(xml.contains("framing/echo: ") && xml.contains("name=\"08 Answer\""), "{xml}");
    }
}

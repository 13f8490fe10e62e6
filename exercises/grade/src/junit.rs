//! Grades as JUnit XML, which course servers read.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::grade::Grade;
use crate::outcome::Outcome;

/// A test suite for each learner, and in it a test case for each exercise. What was not begun is
/// skipped, as far as JUnit is concerned.
///
/// # Errors
/// A sentence about a report that cannot be written as XML.
pub fn junit(grades: &[Grade]) -> Result<String, String> {
    let mut report = Report::new("WebSocket, step by step: the exercises");
    for grade in grades {
        let mut suite = TestSuite::new(grade.learner.as_str());
        for graded in &grade.exercises {
            let mut case = TestCase::new(graded.name.as_str(), status(&graded.outcome));
            case.set_classname(graded.step.as_str());
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    report.to_string().map_err(|error| format!("JUnit: {error}"))
}

fn status(outcome: &Outcome) -> TestCaseStatus {
    let mut status = match outcome {
        Outcome::Passed => return TestCaseStatus::success(),
        Outcome::NotBegun | Outcome::Missing => TestCaseStatus::skipped(),
        Outcome::Failed { .. } => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Outcome::DoesNotCompile { .. }
        | Outcome::Refused { .. }
        | Outcome::Broken { .. }
        | Outcome::Endless => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    status.set_message(outcome.word());
    let details = outcome.details();
    if !details.is_empty() {
        status.set_description(details.join("\n"));
    }
    status
}

//! The report as JUnit XML, which grading tools and build servers read.

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use crate::checker::check::LEVELS;
use crate::checker::report::ruling::{Report, Ruling, Verdict};

impl Report {
    /// Returns the report as JUnit XML: a suite a level, a test case a check.
    ///
    /// # Errors
    /// A sentence about a report that cannot be written as XML.
    pub fn junit(&self) -> Result<String, String> {
        let mut report = quick_junit::Report::new(self.options.target.url.as_str());
        for (level, name) in LEVELS {
            let mut suite = TestSuite::new(format!("level {level}, {name}"));
            suite.add_test_cases(self.at(level).map(case));
            if suite.tests > 0 {
                report.add_test_suite(suite);
            }
        }
        report.to_string().map_err(|error| format!("JUnit: {error}"))
    }
}

fn case(ruling: &Ruling) -> TestCase {
    let Ruling { check, verdict, happened, time, .. } = ruling;
    let mut status = match verdict {
        Verdict::Passed => TestCaseStatus::success(),
        Verdict::Skipped => TestCaseStatus::skipped(),
        Verdict::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
    };
    if *verdict != Verdict::Passed {
        status.set_message(happened.as_str());
    }
    if *verdict == Verdict::Failed {
        let fault = check.fault.map_or_else(String::new, |fault| format!(" (fault {fault})"));
        status.set_type(format!("{}{fault}", check.clause));
        status.set_description(ruling.details(&|_, text| text.to_owned()));
    }
    let mut case = TestCase::new(check.id, status);
    case.set_classname(check.id.split('/').next().unwrap_or_default()).set_time(*time);
    case
}

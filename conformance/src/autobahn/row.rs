//! How many cases a peer passes, as a row of a table.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::autobahn::original::report::Report;
use crate::autobahn::suite::group;
use crate::subject::ALL_GROUPS;

/// How many cases a peer passes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Row {
    /// The name of the peer, such as `step 5, server`.
    pub(crate) judged: String,
    /// The cases in which both the behaviour and the close are OK.
    pub(crate) passed: usize,
    /// The cases that only inform, whatever a peer does.
    pub(crate) informational: usize,
    /// Those that are passed, by group.
    pub(crate) groups: BTreeMap<u8, usize>,
}

impl Row {
    /// Counts the verdicts of a report.
    pub(crate) fn of(report: &Report) -> Self {
        let cases = |due: &'static str| {
            report.verdicts.iter().filter(move |(_, verdict)| verdict.is(due)).map(|(case, _)| case)
        };
        let mut groups: BTreeMap<u8, usize> = ALL_GROUPS.iter().map(|group| (*group, 0)).collect();
        for case in cases("OK") {
            *groups.entry(group(case)).or_default() += 1;
        }
        let (passed, informational) = (groups.values().sum(), cases("INFORMATIONAL").count());
        Self { judged: report.name.clone(), passed, informational, groups }
    }

    /// The line above the rows of a table.
    pub(crate) fn heading() -> String {
        let groups: String = ALL_GROUPS.iter().map(|group| format!("{group:>5}")).collect();
        format!("{:<16}{groups}", "passed, by group")
    }
}

impl fmt::Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{:<16}", self.judged)?;
        for count in self.groups.values() {
            let count = if *count == 0 { "·".to_owned() } else { count.to_string() };
            write!(formatter, "{count:>5}")?;
        }
        write!(formatter, "   {} passed, {} informational", self.passed, self.informational)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_passed_if_the_behaviour_and_the_close_are_both_ok() {
        let verdict = |behavior: &str, close: &str| {
            serde_json::json!({
                "behavior": behavior, "behaviorClose": close, "reportfile": "page.json"
            })
        };
        let index = serde_json::json!({"echo": {
            "1.1.1": verdict("OK", "OK"),
            "1.1.2": verdict("OK", "UNCLEAN"),
            "1.1.3": verdict("NON-STRICT", "OK"),
            "7.1.6": verdict("INFORMATIONAL", "INFORMATIONAL"),
            "10.1.1": verdict("OK", "OK"),
        }});
        let folder = tempfile::tempdir().unwrap();
        let part = folder.path().join("part");
        std::fs::create_dir(&part).unwrap();
        std::fs::write(part.join("index.json"), index.to_string()).unwrap();
        let whole = folder.path().join("whole");
        let report = Report::merge("step 5, server", Vec::new(), &[part], &whole).unwrap();
        let expected = "\
passed, by group    1    2    3    4    5    6    7    9   10   12   13
step 5, server      1    ·    ·    ·    ·    ·    ·    ·    1    ·    ·   2 passed, 1 informational";
        assert_eq!(format!("{}\n{}", Row::heading(), Row::of(&report)), expected);
    }
}

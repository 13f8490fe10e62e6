//! How many cases a peer passes, as a row of a table.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::autobahn::suite::{HEAVY, group};
use crate::autobahn::verdict::{Outcome, Verdict};
use crate::subject::ALL_GROUPS;

/// How many cases a peer passes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Row {
    /// The name of the peer, such as `step 5, server`.
    pub(crate) judged: String,
    /// The number of cases in which both the behaviour and the close are OK.
    pub(crate) passed: usize,
    /// The number of cases that only inform, whatever a peer does.
    pub(crate) informational: usize,
    /// The number of passed cases in each group.
    pub(crate) groups: BTreeMap<u8, usize>,
}

impl Row {
    /// Counts the outcomes for one peer.
    pub(crate) fn new(judged: &str, outcomes: &[Outcome]) -> Self {
        let mut groups: BTreeMap<u8, usize> = ALL_GROUPS.iter().map(|group| (*group, 0)).collect();
        for outcome in outcomes.iter().filter(|outcome| outcome.is(Verdict::Ok)) {
            *groups.entry(group(&outcome.case)).or_default() += 1;
        }
        let informational = outcomes.iter().filter(|it| it.is(Verdict::Informational)).count();
        Self { judged: judged.to_owned(), passed: groups.values().sum(), informational, groups }
    }

    /// The row as it is without the groups that take minutes.
    pub(crate) fn quick(&self) -> Self {
        let mut row = self.clone();
        row.groups.retain(|group, _| !HEAVY.contains(group));
        row.passed = row.groups.values().sum();
        row
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
    use crate::autobahn::verdict::example;

    #[test]
    fn a_case_is_passed_if_the_behaviour_and_the_close_are_both_ok() {
        let outcomes = [
            example("1.1.1", Verdict::Ok, Verdict::Ok),
            example("1.1.2", Verdict::Ok, Verdict::Unclean),
            example("1.1.3", Verdict::NonStrict, Verdict::Ok),
            example("7.1.6", Verdict::Informational, Verdict::Informational),
            example("10.1.1", Verdict::Ok, Verdict::Ok),
        ];
        let expected = "\
passed, by group    1    2    3    4    5    6    7    9   10   12   13
step 5, server      1    ·    ·    ·    ·    ·    ·    ·    1    ·    ·   2 passed, 1 informational";
        let row = Row::new("step 5, server", &outcomes);
        assert_eq!(format!("{}\n{row}", Row::heading()), expected);
    }
}

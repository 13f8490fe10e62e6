//! The scorecard: how many cases each step passes, group by group, checked in so that the book can
//! show what each chapter buys, and so that nobody gets worse unnoticed.

use std::{collections::BTreeMap, fs, path::Path};

use serde::{Deserialize, Serialize};

use crate::{case::CaseId, figure, judge::Report, report::Verdict};

/// The scorecard as it is checked in beside this source.
const CHECKED_IN: &str = include_str!("../scorecard.json");
/// Its place, seen from the root of this workspace.
const FILE: &str = "conformance/scorecard.json";
/// The place of its picture.
const FIGURE: &str = "book/src/figures/scorecard.svg";
/// What brings both up to date.
const COMMAND: &str = "just scorecard";

/// How one server fared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Row {
    /// Who it is, such as `step 5, server`.
    pub(crate) judged: String,
    /// The cases in which both behaviour and close are OK.
    pub(crate) passed: usize,
    /// The cases that only inform, whatever a server does.
    pub(crate) informational: usize,
    /// Those that are passed, by group.
    pub(crate) groups: BTreeMap<u16, usize>,
}

/// All rows, in the order of the staircase, with the reference at the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Scorecard {
    about: String,
    /// How many cases there are in a group.
    pub(crate) cases: BTreeMap<u16, usize>,
    pub(crate) rows: Vec<Row>,
}

impl Row {
    /// Counts what Autobahn says.
    fn of(judged: &str, seen: &BTreeMap<CaseId, Verdict>, cases: &BTreeMap<u16, usize>) -> Self {
        let mut groups: BTreeMap<u16, usize> = cases.keys().map(|group| (*group, 0)).collect();
        for (case, verdict) in seen {
            *groups.entry(case.group()).or_default() += usize::from(verdict.outcome.is_ok());
        }
        let informs = |verdict: &&Verdict| verdict.outcome.behavior == "INFORMATIONAL";
        Self {
            judged: judged.to_owned(),
            passed: groups.values().sum(),
            informational: seen.values().filter(informs).count(),
            groups,
        }
    }

    /// How this differs from what is checked in, a line a group.
    fn differences(&self, checked_in: &Self) -> Vec<String> {
        let Self { judged, passed, informational, groups } = self;
        let mut lines = Vec::new();
        for (group, now) in groups {
            let then = checked_in.groups.get(group).copied().unwrap_or_default();
            if *now != then {
                let way = if *now < then { "fallen" } else { "risen" };
                lines.push(format!("{judged}: group {group} has {way} from {then} to {now}"));
            }
        }
        if (*passed, *informational) != (checked_in.passed, checked_in.informational) {
            lines.push(format!(
                "{judged}: {passed} passed and {informational} informational, and not {} and {}",
                checked_in.passed, checked_in.informational
            ));
        }
        lines
    }
}

impl Scorecard {
    /// The one that is checked in.
    ///
    /// # Errors
    /// If it is no scorecard.
    pub(crate) fn checked_in() -> Result<Self, String> {
        serde_json::from_str(CHECKED_IN).map_err(|error| format!("{FILE}: {error}; {COMMAND}"))
    }

    /// What the reports on all servers come to. `cases` are all there are.
    pub(crate) fn of<'a>(reports: &[Report], cases: impl Iterator<Item = &'a CaseId>) -> Self {
        let mut counts = BTreeMap::new();
        for case in cases {
            *counts.entry(case.group()).or_default() += 1;
        }
        let rows = reports.iter().map(|it| Row::of(&it.judged.name, &it.seen, &counts)).collect();
        let about = format!(
            "How many of Autobahn's cases each server passes: behaviour and close both OK. Those \
             that only inform are counted apart. Written by `{COMMAND}`."
        );
        Self { about, cases: counts, rows }
    }

    /// How this differs from what is `checked_in`, for the servers that are in this one.
    pub(crate) fn differences(&self, checked_in: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        for row in &self.rows {
            match checked_in.rows.iter().find(|other| other.judged == row.judged) {
                Some(other) => lines.extend(row.differences(other)),
                None => lines.push(format!("{} is not in {FILE}", row.judged)),
            }
        }
        if !lines.is_empty() {
            lines.push(format!("{FILE} says otherwise; if it is right now, `{COMMAND}` writes it"));
        }
        lines
    }

    /// Writes this and its picture into the workspace at `root`.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(crate) fn write(&self, root: &Path) -> Result<(), String> {
        for (file, text) in [(FILE, self.text()?), (FIGURE, figure::draw(self))] {
            let path = root.join(file);
            let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
            folder
                .and_then(|()| fs::write(&path, text))
                .map_err(|error| format!("{}: {error}", path.display()))?;
            println!("written: {file}");
        }
        Ok(())
    }

    fn text(&self) -> Result<String, String> {
        let text = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        Ok(text + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{expected::expected, report::verdicts, steps::STEPS};

    fn row(numbers: [usize; 3]) -> Row {
        let [first, second, informational] = numbers;
        let groups = BTreeMap::from([(1, first), (7, second)]);
        Row { judged: "step 5, server".to_owned(), passed: first + second, informational, groups }
    }

    #[test]
    fn a_case_is_passed_if_behaviour_and_close_are_both_ok() {
        let verdict = |behavior: &str, close: &str| serde_json::json!({"behavior": behavior, "behaviorClose": close, "reportfile": "a.json"});
        let index = serde_json::json!({"echo": {
            "1.1.1": verdict("OK", "OK"),
            "1.1.2": verdict("OK", "UNCLEAN"),
            "1.1.3": verdict("NON-STRICT", "OK"),
            "7.1.6": verdict("INFORMATIONAL", "INFORMATIONAL"),
        }});
        let seen = verdicts(&index.to_string()).unwrap();
        let cases = BTreeMap::from([(1, 16), (7, 37)]);
        assert_eq!(Row::of("step 5, server", &seen, &cases), row([1, 0, 1]));
    }

    #[test]
    fn what_has_fallen_or_risen_is_named_by_group() {
        let checked_in = row([16, 30, 3]);
        assert!(row([16, 30, 3]).differences(&checked_in).is_empty());
        assert_eq!(
            row([15, 31, 3]).differences(&checked_in),
            [
                "step 5, server: group 1 has fallen from 16 to 15",
                "step 5, server: group 7 has risen from 30 to 31",
            ]
        );
        assert_eq!(
            row([16, 30, 2]).differences(&checked_in),
            ["step 5, server: 46 passed and 2 informational, and not 46 and 3"]
        );
    }

    #[test]
    fn a_difference_names_the_command_and_a_new_server_is_one() {
        let scorecard = |judged: &str| Scorecard {
            about: String::new(),
            cases: BTreeMap::new(),
            rows: vec![Row { judged: judged.to_owned(), ..row([1, 1, 0]) }],
        };
        let lines = scorecard("step 7, server").differences(&scorecard("step 5, server"));
        assert_eq!(lines[0], "step 7, server is not in conformance/scorecard.json");
        assert!(lines[1].contains("`just scorecard`"), "{}", lines[1]);
    }

    /// Every step that can answer is on it, and what speaks the whole protocol passes all.
    #[test]
    fn the_checked_in_scorecard_is_whole() {
        let scorecard = Scorecard::checked_in().unwrap();
        let judged: Vec<&str> = scorecard.rows.iter().map(|row| row.judged.as_str()).collect();
        let steps = STEPS.iter().map(|step| format!("step {}, server", step.number));
        let wanted: Vec<String> = steps.chain(["tungstenite".to_owned()]).collect();
        assert_eq!(judged, wanted);
        for (row, step) in scorecard.rows.iter().zip(&STEPS) {
            assert_eq!(row.groups.values().sum::<usize>(), row.passed, "{}", row.judged);
            if step.is_whole() {
                assert_eq!((row.passed, row.informational), (514, 3), "{}", row.judged);
            }
        }
        let expected = expected(&[]).unwrap();
        assert_eq!(Scorecard::of(&[], expected.keys()).cases, scorecard.cases);
        assert_eq!(scorecard.text().unwrap(), CHECKED_IN, "{COMMAND} writes it");
    }

    #[test]
    fn the_picture_in_the_book_is_drawn_from_the_scorecard() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let drawn = figure::draw(&Scorecard::checked_in().unwrap());
        let in_the_book = fs::read_to_string(root.join(FIGURE)).unwrap();
        assert_eq!(in_the_book, drawn, "`{COMMAND}` draws it anew");
    }
}

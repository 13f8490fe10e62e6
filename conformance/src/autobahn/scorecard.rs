//! The scorecard: how many cases each step passes, group by group. It is checked in, so that the
//! book can show what each chapter adds, and so that a step that gets worse is noticed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::autobahn::figure;
use crate::autobahn::row::Row;
use crate::autobahn::suite::{all, group};

/// The scorecard as it is checked in.
const CHECKED_IN: &str = include_str!("../../scorecard.json");
/// Its place in the workspace.
const FILE: &str = "conformance/scorecard.json";
/// The place of its picture.
const FIGURE: &str = "book/src/figures/scorecard.svg";
/// The command that writes both.
const COMMAND: &str = "just scorecard";

/// All rows, in the order of the staircase, with the reference at the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Scorecard {
    about: String,
    /// How many cases there are in a group.
    pub(crate) cases: BTreeMap<u8, usize>,
    pub(crate) rows: Vec<Row>,
}

impl Scorecard {
    /// The one that is checked in.
    ///
    /// # Errors
    /// If the file is not a scorecard.
    pub(crate) fn checked_in() -> Result<Self, String> {
        serde_json::from_str(CHECKED_IN).map_err(|error| format!("{FILE}: {error}; {COMMAND}"))
    }

    /// The scorecard of these rows.
    pub(crate) fn new(rows: Vec<Row>) -> Self {
        let mut cases = BTreeMap::new();
        for case in all() {
            *cases.entry(group(&case)).or_default() += 1;
        }
        let about = format!(
            "How many of Autobahn's cases each server passes: behaviour and close both OK. Cases \
             that only inform are counted apart. Written by `{COMMAND}`."
        );
        Self { about, cases, rows }
    }

    /// Returns a line for each row that differs from `checked_in`. With `quick`, the groups that
    /// take minutes were not run, and do not count.
    pub(crate) fn differences(&self, checked_in: &Self, quick: bool) -> Vec<String> {
        let counted = |row: &Row| if quick { row.quick() } else { row.clone() };
        let line = |row: &Row| {
            let before = checked_in.rows.iter().find(|other| other.judged == row.judged);
            let (before, row) = (before.map(counted), counted(row));
            let differs = before.as_ref() != Some(&row);
            let before = before.map_or_else(|| "nothing about it".to_owned(), |it| it.to_string());
            differs.then(|| {
                format!("{FILE} has\n{before}\nand this run has\n{row}\nIf the new row is right: {COMMAND}")
            })
        };
        self.rows.iter().filter_map(line).collect()
    }

    /// Writes this and its picture into the workspace at `root`.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(crate) fn write(&self, root: &Path) -> Result<(), String> {
        for (file, text) in [(FILE, self.text()?), (FIGURE, self.figure())] {
            fs::write(root.join(file), text).map_err(|error| format!("{file}: {error}"))?;
            println!("written: {file}");
        }
        Ok(())
    }

    fn figure(&self) -> String {
        figure::draw(&self.rows, &self.cases)
    }

    fn text(&self) -> Result<String, String> {
        let text = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        Ok(text + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::SUBJECTS;

    fn row(judged: &str, passed: usize) -> Row {
        let groups = BTreeMap::from([(1, 16), (7, passed - 16)]);
        Row { judged: judged.to_owned(), passed, informational: 3, groups }
    }

    #[test]
    fn a_row_that_differs_is_shown_as_it_was_and_as_it_is() {
        let scorecard = |rows: &[Row]| Scorecard::new(rows.to_vec());
        let checked_in = scorecard(&[row("step 5, server", 50)]);
        assert!(checked_in.differences(&checked_in, false).is_empty());
        let lines = scorecard(&[row("step 5, server", 49), row("step 7, server", 50)])
            .differences(&checked_in, false);
        assert_eq!(
            lines[0],
            "conformance/scorecard.json has\n\
             step 5, server     16   34   50 passed, 3 informational\n\
             and this run has\n\
             step 5, server     16   33   49 passed, 3 informational\n\
             If the new row is right: just scorecard"
        );
        assert!(lines[1].contains(" has\nnothing about it\n"), "{}", lines[1]);
    }

    #[test]
    fn a_quick_run_is_compared_in_the_groups_that_it_has_run() {
        let row = |heavy, light| Row {
            passed: light + 2 * heavy,
            groups: BTreeMap::from([(1, light), (9, heavy), (12, heavy)]),
            ..row("step 5, server", 16)
        };
        let scorecard = |heavy, light| Scorecard::new(vec![row(heavy, light)]);
        assert!(scorecard(0, 16).differences(&scorecard(50, 16), true).is_empty());
        let lines = scorecard(0, 15).differences(&scorecard(50, 16), true);
        assert!(lines[0].contains("step 5, server     16   16 passed"), "{}", lines[0]);
    }

    /// Every step that can answer a handshake is on it, and those that must pass all their cases do.
    #[test]
    fn the_checked_in_scorecard_is_complete() {
        let scorecard = Scorecard::checked_in().unwrap();
        let judged: Vec<&str> = scorecard.rows.iter().map(|row| row.judged.as_str()).collect();
        let subjects = || SUBJECTS.iter().filter(|subject| !subject.groups.is_empty());
        let wanted = subjects().map(|subject| format!("step {}, server", subject.label));
        assert_eq!(judged, wanted.chain(["tungstenite".to_owned()]).collect::<Vec<_>>());
        for (row, subject) in scorecard.rows.iter().zip(subjects()) {
            assert_eq!(row.groups.values().sum::<usize>(), row.passed, "{}", row.judged);
            if subject.passes {
                let all = all();
                let cases = all.iter().filter(|case| subject.groups.contains(&group(case))).count();
                assert_eq!(row.passed + row.informational, cases, "{}", row.judged);
            }
        }
        assert_eq!(Scorecard::new(Vec::new()).cases, scorecard.cases);
        assert_eq!(scorecard.text().unwrap(), CHECKED_IN, "{COMMAND} writes it");
    }

    #[test]
    fn the_picture_in_the_book_is_drawn_from_the_scorecard() {
        let drawn = Scorecard::checked_in().unwrap().figure();
        let in_the_book = fs::read_to_string(testkit::workspace().join(FIGURE)).unwrap();
        assert_eq!(in_the_book, drawn, "`{COMMAND}` draws it anew");
    }
}

//! The table by group of cases, for a terminal.

use std::{
    collections::BTreeMap,
    env,
    io::{IsTerminal, stdout},
};

use crate::{
    case::{CaseId, GROUPS, Group},
    report::Verdict,
};

/// The headings of the columns with numbers.
const HEADINGS: [&str; 6] = ["cases", "OK", "informational", "non-strict", "failed", "close OK"];
/// Which of them counts failures.
const FAILED: usize = 4;

/// What a terminal knows as bold.
const BOLD: &str = "1";
/// The same for the colour of good news.
pub(crate) const GREEN: &str = "32";
/// And for bad.
pub(crate) const RED: &str = "31";

/// Colours a text, or leaves it plain.
#[derive(Clone, Copy)]
pub(crate) struct Paint {
    /// Whether there is a terminal that shows colours, and nobody who minds.
    colours: bool,
}

impl Paint {
    /// Colours if standard output is a terminal and `NO_COLOR` is not set.
    pub(crate) fn for_stdout() -> Self {
        let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { colours: stdout().is_terminal() && !refused }
    }

    /// The text in one of the [`BOLD`], [`GREEN`] and [`RED`] ways.
    pub(crate) fn with(self, way: &str, text: &str) -> String {
        if self.colours { format!("\x1b[{way}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// One line for each group that has been run and one for their sum, under the `title`.
pub(crate) fn table(title: &str, seen: &BTreeMap<CaseId, Verdict>, paint: Paint) -> String {
    let mut lines = vec![paint.with(BOLD, &row(title, &HEADINGS.map(str::to_owned)).join(""))];
    for Group { number, name, .. } in &GROUPS {
        let counts = count(seen.iter().filter(|(case, _)| case.group() == *number));
        if counts[0] > 0 {
            lines.push(painted_row(&format!("{number:>2} {name}"), counts, paint));
        }
    }
    lines.push(painted_row("   all", count(seen.iter()), paint));
    lines.join("\n")
}

/// The numbers of a row, in the order of the [`HEADINGS`].
fn count<'a>(cases: impl Iterator<Item = (&'a CaseId, &'a Verdict)>) -> [usize; 6] {
    let mut counts = [0; 6];
    for (_, Verdict { outcome, .. }) in cases {
        counts[0] += 1;
        counts[match outcome.behavior.as_str() {
            "OK" => 1,
            "INFORMATIONAL" => 2,
            "NON-STRICT" => 3,
            _ => FAILED,
        }] += 1;
        counts[5] += usize::from(outcome.behavior_close == "OK");
    }
    counts
}

/// A row of numbers, with a dot for nothing, and the failures in red.
fn painted_row(label: &str, counts: [usize; 6], paint: Paint) -> String {
    let numbers = counts.map(|count| if count == 0 { "·".to_owned() } else { count.to_string() });
    let mut cells = row(label, &numbers);
    if counts[FAILED] > 0 {
        cells[FAILED + 1] = paint.with(RED, &cells[FAILED + 1]);
    }
    cells.concat()
}

/// The cells of a row, each as wide as its column.
fn row(label: &str, cells: &[String; 6]) -> Vec<String> {
    let numbers = cells.iter().zip(HEADINGS);
    let padded =
        numbers.map(|(cell, heading)| format!("{cell:>width$}", width = heading.len() + 3));
    std::iter::once(format!("{label:<24}")).chain(padded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::verdicts;

    #[test]
    fn each_case_is_counted_in_its_group_and_in_the_sum() {
        let verdict = |behavior: &str, close: &str| {
            serde_json::json!(
                {"behavior": behavior, "behaviorClose": close, "reportfile": "page.json"}
            )
        };
        let index = serde_json::json!({"echo": {
            "1.1.1": verdict("OK", "OK"),
            "1.1.2": verdict("FAILED", "UNCLEAN"),
            "6.4.3": verdict("NON-STRICT", "OK"),
            "7.1.6": verdict("INFORMATIONAL", "INFORMATIONAL"),
            "10.1.1": verdict("UNIMPLEMENTED", "OK"),
        }});
        let seen = verdicts(&index.to_string()).unwrap();
        let expected = "\
server role                cases   OK   informational   non-strict   failed   close OK
 1 Framing                     2    1               ·            ·        1          1
 6 UTF-8 handling              1    ·               ·            1        ·          1
 7 Close handling              1    ·               1            ·        ·          ·
10 Autobahn/misc               1    ·               ·            ·        1          1
   all                         5    1               1            1        2          3";
        assert_eq!(table("server role", &seen, Paint { colours: false }), expected);

        let coloured = table("server role", &seen, Paint { colours: true });
        assert!(coloured.contains("\x1b[31m        2\x1b[0m"), "{coloured}");
    }
}

//! Autobahn's cases.

use serde::Deserialize;

/// The cases, as they are checked in.
const FILE: &str = include_str!("../../expected.json");

/// `expected.json`, as it is written.
#[derive(Deserialize)]
struct File {
    /// Each series, and how many cases it has.
    cases: Vec<(String, u16)>,
    informational: Vec<String>,
}

/// All cases, and how each should come out.
pub(crate) struct Suite {
    /// Their numbers, such as `6.22.3`, in Autobahn's order.
    pub(crate) cases: Vec<String>,
    /// The cases that only inform, whatever a peer does. All others should be OK.
    informational: Vec<String>,
}

impl Suite {
    /// Reads the cases that are checked in.
    ///
    /// # Errors
    /// If the file is not as it should be.
    pub(crate) fn read() -> Result<Self, String> {
        let file: File = serde_json::from_str(FILE)
            .map_err(|error| format!("conformance/expected.json cannot be read: {error}"))?;
        let number = |(series, count): &(String, u16)| {
            (1..=*count).map(|number| format!("{series}.{number}")).collect::<Vec<_>>()
        };
        let cases = file.cases.iter().flat_map(number).collect();
        Ok(Self { cases, informational: file.informational })
    }

    /// Keeps only the cases that one of `patterns` selects: `5.12` is a case, `6.4` or `6.4.*` a
    /// series. No patterns select every case.
    ///
    /// # Errors
    /// If a pattern selects nothing.
    pub(crate) fn select(mut self, patterns: &[String]) -> Result<Self, String> {
        let selects = |pattern: &str| self.cases.iter().any(|case| is_selected(case, pattern));
        if let Some(pattern) = patterns.iter().find(|pattern| !selects(pattern)) {
            return Err(format!("Autobahn has no case `{pattern}`; 5.12 is a case, 6.4 a series"));
        }
        self.cases.retain(|case| {
            patterns.is_empty() || patterns.iter().any(|pattern| is_selected(case, pattern))
        });
        Ok(self)
    }

    /// The cases of these groups.
    pub(crate) fn cases_in(&self, groups: &[u8]) -> Vec<String> {
        self.cases.iter().filter(|case| groups.contains(&group(case))).cloned().collect()
    }

    /// The verdict that a case should have, on the behaviour and on the close.
    pub(crate) fn expected(&self, case: &str) -> &'static str {
        if self.informational.iter().any(|it| it == case) { "INFORMATIONAL" } else { "OK" }
    }
}

/// The group of a case: its first number.
pub(crate) fn group(case: &str) -> u8 {
    case.split('.').next().and_then(|group| group.parse().ok()).unwrap_or_default()
}

fn is_selected(case: &str, pattern: &str) -> bool {
    let start = pattern.trim_end_matches('*').trim_end_matches('.');
    let rest = case.strip_prefix(start);
    start.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_selected_by_its_number_or_by_any_start_of_it() {
        for pattern in ["6.22.3", "6.22.*", "6.22", "6.*", "6", "*"] {
            assert!(is_selected("6.22.3", pattern), "{pattern}");
        }
        for pattern in ["6.2", "6.2.*", "6.22.30", "6.22.3.1", "2", "22.3", "six"] {
            assert!(!is_selected("6.22.3", pattern), "{pattern}");
        }
    }

    /// The counts are those of Autobahn 25.10.1.
    #[test]
    fn there_are_517_cases_of_which_three_inform() {
        let suite = Suite::read().unwrap();
        assert_eq!(suite.cases.len(), 517);
        let informational: Vec<&String> =
            suite.cases.iter().filter(|case| suite.expected(case) != "OK").collect();
        assert_eq!(informational, ["7.1.6", "7.13.1", "7.13.2"]);
        assert_eq!(group(&suite.cases[516]), 13);
    }

    #[test]
    fn patterns_narrow_the_suite_and_must_select_something() {
        let select = |patterns: &[&str]| {
            let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
            Suite::read().unwrap().select(&patterns).map(|suite| suite.cases)
        };
        assert_eq!(select(&["5.1", "10.*"]).unwrap(), ["5.1", "10.1.1"]);
        assert_eq!(select(&[]).unwrap().len(), 517);
        let error = select(&["5.1", "11.*"]).unwrap_err();
        assert!(error.contains("`11.*`"), "{error}");
    }
}

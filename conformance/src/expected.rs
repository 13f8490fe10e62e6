//! What Autobahn is expected to say, and how what it said differs from it.

use std::{cmp::Reverse, collections::BTreeMap, fmt};

use serde::Deserialize;

use crate::{case::CaseId, report::Verdict};

/// The expectations that are checked in beside this source.
const EXPECTED: &str = include_str!("../expected.json");

/// How a peer fared in one case, in Autobahn's words: `OK`, `NON-STRICT`, `INFORMATIONAL`,
/// `FAILED` and a few more.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Outcome {
    /// Whether the peer sent what the case asks for.
    pub(crate) behavior: String,
    /// Whether it closed as it should: by the right side, cleanly, with a right status code.
    pub(crate) behavior_close: String,
}

impl Outcome {
    /// Whether both behaviour and close are OK.
    pub(crate) fn is_ok(&self) -> bool {
        self.behavior == "OK" && self.behavior_close == "OK"
    }

    /// How good this is. The sum would let a better close hide a worse behaviour, so both count.
    fn ranks(&self) -> [Reverse<u8>; 2] {
        [&self.behavior, &self.behavior_close].map(|word| {
            Reverse(match word.as_str() {
                "OK" => 0,
                "INFORMATIONAL" => 1,
                "NON-STRICT" => 2,
                _ => 3,
            })
        })
    }

    /// Whether this is nowhere worse than `other`, and somewhere better.
    fn is_better_than(&self, other: &Self) -> bool {
        let ([behavior, close], [other_behavior, other_close]) = (self.ranks(), other.ranks());
        behavior >= other_behavior && close >= other_close && self.ranks() != other.ranks()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{}, close {}", self.behavior, self.behavior_close)
    }
}

/// `expected.json` as it is written.
#[derive(Deserialize)]
struct ExpectedFile {
    /// How many cases each series has: they are numbered from 1.
    cases: BTreeMap<String, u16>,
    /// The cases that are expected to be anything but OK.
    exceptions: BTreeMap<String, Outcome>,
}

/// The expected outcome of every case that `patterns` choose.
///
/// # Errors
/// If `expected.json` is no such file, or if a pattern chooses no case.
pub(crate) fn expected(patterns: &[String]) -> Result<BTreeMap<CaseId, Outcome>, String> {
    let mut all = parse(EXPECTED)?;
    for pattern in patterns {
        if !all.keys().any(|case| case.is_among(std::slice::from_ref(pattern))) {
            return Err(format!(
                "no case matches `{pattern}`: the groups are 1 to 7, 9, 10, 12 and 13, and a case looks \
                 like 5.12 or 6.22.3"
            ));
        }
    }
    all.retain(|case, _| case.is_among(patterns));
    Ok(all)
}

/// Reads the text of an `expected.json`.
fn parse(text: &str) -> Result<BTreeMap<CaseId, Outcome>, String> {
    let file: ExpectedFile = serde_json::from_str(text)
        .map_err(|error| format!("conformance/expected.json cannot be read: {error}"))?;
    let ok = Outcome { behavior: "OK".to_owned(), behavior_close: "OK".to_owned() };
    let mut all = BTreeMap::new();
    for (series, count) in file.cases {
        for number in 1..=count {
            all.insert(format!("{series}.{number}").parse::<CaseId>()?, ok.clone());
        }
    }
    for (case, outcome) in file.exceptions {
        // An exception for a case that is not run would never be noticed again.
        if all.insert(case.parse()?, outcome).is_none() {
            return Err(format!("conformance/expected.json: {case} is excepted but no case"));
        }
    }
    Ok(all)
}

/// A case that did not come out as expected.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Which case it is.
    pub(crate) case: CaseId,
    /// What was expected; `None` if the case was not expected at all.
    pub(crate) expected: Option<Outcome>,
    /// What Autobahn saw; `None` if it did not run the case.
    pub(crate) seen: Option<Verdict>,
}

/// Compares what was seen with what was expected, both ways: a case that was not run is as much a
/// difference as one that failed.
pub(crate) fn differences(
    expected: &BTreeMap<CaseId, Outcome>,
    seen: &BTreeMap<CaseId, Verdict>,
) -> Vec<Difference> {
    let missing_or_other = expected.iter().filter_map(|(case, outcome)| {
        let verdict = seen.get(case);
        (verdict.map(|verdict| &verdict.outcome) != Some(outcome)).then(|| Difference {
            case: case.clone(),
            expected: Some(outcome.clone()),
            seen: verdict.cloned(),
        })
    });
    let extra =
        seen.iter().filter(|(case, _)| !expected.contains_key(case)).map(|(case, verdict)| {
            Difference { case: case.clone(), expected: None, seen: Some(verdict.clone()) }
        });
    missing_or_other.chain(extra).collect()
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{:<8}", self.case)?;
        match (&self.expected, &self.seen) {
            (Some(expected), Some(Verdict { outcome, .. })) => {
                write!(formatter, "expected {expected}; seen {outcome}")?;
                if outcome.is_better_than(expected) {
                    formatter.write_str(", which is better: update conformance/expected.json")?;
                }
                Ok(())
            }
            (Some(expected), None) => write!(formatter, "expected {expected}; was not run"),
            (None, Some(Verdict { outcome, .. })) => {
                write!(formatter, "not in conformance/expected.json; seen {outcome}")
            }
            (None, None) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::verdicts;

    /// Expects three cases: the first two OK, the third informational.
    fn three_expected() -> BTreeMap<CaseId, Outcome> {
        parse(
            r#"{"cases": {"5": 3}, "exceptions":
                {"5.3": {"behavior": "INFORMATIONAL", "behaviorClose": "INFORMATIONAL"}}}"#,
        )
        .unwrap()
    }

    /// What is said of a run with these cases, as `(case, behavior, behaviorClose)`.
    fn said_of(run: &[(&str, &str, &str)]) -> Vec<String> {
        let cases: serde_json::Map<_, _> = run
            .iter()
            .map(|&(case, behavior, close)| {
                let verdict = serde_json::json!({
                    "behavior": behavior, "behaviorClose": close, "reportfile": "page.json",
                });
                (case.to_owned(), verdict)
            })
            .collect();
        let seen = verdicts(&serde_json::json!({ "echo": cases }).to_string()).unwrap();
        differences(&three_expected(), &seen).iter().map(Difference::to_string).collect()
    }

    /// The third case of the run as it is expected.
    const THIRD: (&str, &str, &str) = ("5.3", "INFORMATIONAL", "INFORMATIONAL");

    #[test]
    fn a_run_as_expected_has_no_differences() {
        assert!(said_of(&[("5.1", "OK", "OK"), ("5.2", "OK", "OK"), THIRD]).is_empty());
    }

    #[test]
    fn a_worse_close_is_a_difference_though_the_behavior_is_ok() {
        assert_eq!(
            said_of(&[("5.1", "OK", "OK"), ("5.2", "OK", "UNCLEAN"), THIRD]),
            ["5.2     expected OK, close OK; seen OK, close UNCLEAN"]
        );
    }

    #[test]
    fn a_missing_and_an_extra_case_are_differences() {
        assert_eq!(
            said_of(&[("5.1", "OK", "OK"), THIRD, ("5.4", "OK", "OK")]),
            [
                "5.2     expected OK, close OK; was not run",
                "5.4     not in conformance/expected.json; seen OK, close OK",
            ]
        );
    }

    #[test]
    fn better_than_expected_is_a_difference_that_says_so() {
        let better = "5.3     expected INFORMATIONAL, close INFORMATIONAL; seen OK, close OK, \
                      which is better: update conformance/expected.json";
        let both = [("5.1", "OK", "OK"), ("5.2", "OK", "OK"), ("5.3", "OK", "OK")];
        assert_eq!(said_of(&both), [better]);

        // Better in one and worse in the other is not better.
        let mixed = [("5.1", "OK", "OK"), ("5.2", "OK", "OK"), ("5.3", "OK", "FAILED")];
        assert_eq!(
            said_of(&mixed),
            ["5.3     expected INFORMATIONAL, close INFORMATIONAL; seen OK, close FAILED"]
        );
    }

    /// The counts are those of Autobahn 25.10.1.
    #[test]
    fn the_checked_in_file_expects_517_cases_and_three_exceptions() {
        let all = expected(&[]).unwrap();
        assert_eq!(all.len(), 517);
        let exceptions: Vec<String> = all
            .iter()
            .filter(|(_, outcome)| !outcome.is_ok())
            .map(|(case, outcome)| format!("{case} {outcome}"))
            .collect();
        assert_eq!(
            exceptions,
            ["7.1.6", "7.13.1", "7.13.2"]
                .map(|case| format!("{case} INFORMATIONAL, close INFORMATIONAL"))
        );
        for group in &crate::case::GROUPS {
            assert!(all.keys().any(|case| case.group() == group.number), "{}", group.name);
        }
    }

    #[test]
    fn a_pattern_narrows_the_expectations_and_must_match_something() {
        let chosen = expected(&["5.1".to_owned(), "10.*".to_owned()]).unwrap();
        assert_eq!(chosen.keys().map(CaseId::to_string).collect::<Vec<_>>(), ["5.1", "10.1.1"]);
        let error = expected(&["5.1".to_owned(), "11.*".to_owned()]).unwrap_err();
        assert!(error.contains("`11.*`"), "{error}");
    }

    #[test]
    fn an_exception_for_a_case_that_is_not_run_is_refused() {
        let text = r#"{"cases": {"5": 1}, "exceptions":
            {"5.2": {"behavior": "FAILED", "behaviorClose": "OK"}}}"#;
        assert!(parse(text).unwrap_err().contains("5.2"));
    }
}

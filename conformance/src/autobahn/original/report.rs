//! Autobahn's report on one peer.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::Deserialize;

use crate::autobahn::original::folders::empty_folder;
use crate::autobahn::suite::Suite;

/// The mark of a case that was not run, in a line of `index.html`.
const MISSING: &str = "case_missing";

/// Autobahn's verdict on one case, in its own words: `OK`, `NON-STRICT`, `INFORMATIONAL`, `FAILED`
/// and a few more.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Verdict {
    /// Whether the peer sent what the case asks for.
    pub(crate) behavior: String,
    /// Whether it closed as it should: by the right side, cleanly, with a right status code.
    pub(crate) behavior_close: String,
    /// The file with the details as JSON. The page of the case has the same name in `.html`.
    reportfile: PathBuf,
}

impl Verdict {
    /// Whether this is the word for both the behaviour and the close.
    pub(crate) fn is(&self, word: &str) -> bool {
        self.behavior == word && self.behavior_close == word
    }
}

/// Autobahn's report on one peer.
pub(crate) struct Report {
    /// The name of the peer.
    pub(crate) name: String,
    /// The cases that it is judged in.
    cases: Vec<String>,
    /// The verdicts on those that were run.
    pub(crate) verdicts: HashMap<String, Verdict>,
    /// Autobahn's own summary.
    pub(crate) index: PathBuf,
}

impl Report {
    /// Moves the reports in the folders `parts` into the folder `whole`, as if one `wstest` had
    /// written them.
    ///
    /// # Errors
    /// If a part has no report, or if a file cannot be read or moved.
    pub(crate) fn merge(
        name: &str,
        cases: Vec<String>,
        parts: &[PathBuf],
        whole: &Path,
    ) -> Result<Self, String> {
        empty_folder(whole)?;
        let (mut verdicts, mut page) = (HashMap::new(), Vec::new());
        for part in parts {
            merge_part(part, whole, &mut verdicts, &mut page).map_err(|error| {
                format!(
                    "{name}: Autobahn has written no report to {}: {error}. A client must ask for \
                     it at its end, with `/updateReports?agent=NAME`",
                    part.display()
                )
            })?;
        }
        let index = whole.join("index.html");
        fs::write(&index, page.join("\n"))
            .map_err(|error| format!("{}: {error}", index.display()))?;
        Ok(Self { name: name.to_owned(), cases, verdicts, index })
    }

    /// A line for each case that did not come out as expected.
    pub(crate) fn differences(&self, suite: &Suite) -> Vec<String> {
        let line = |case: &String| {
            let due = suite.expected(case);
            let Some(verdict) = self.verdicts.get(case) else {
                return Some(format!("{case:<8}was not run"));
            };
            let Verdict { behavior, behavior_close, reportfile } = verdict;
            let page = self.index.with_file_name(reportfile).with_extension("html");
            (!verdict.is(due)).then(|| {
                format!(
                    "{case:<8}expected {due}, close {due}; seen {behavior}, close {behavior_close}; \
                     see {}",
                    page.display()
                )
            })
        };
        self.cases.iter().filter_map(line).collect()
    }
}

/// Moves the report of one part into the folder `whole`, adds its verdicts to the others, and its
/// lines to the page that lists all cases.
fn merge_part(
    part: &Path,
    whole: &Path,
    verdicts: &mut HashMap<String, Verdict>,
    page: &mut Vec<String>,
) -> io::Result<()> {
    for entry in fs::read_dir(part)? {
        let entry = entry?;
        match entry.file_name().to_str() {
            Some("index.html") => {
                let text = fs::read_to_string(entry.path())?;
                // In all parts the same line is about the same case.
                for (index, line) in text.lines().enumerate() {
                    match page.get_mut(index) {
                        Some(other) if !other.contains(MISSING) || line.contains(MISSING) => {}
                        Some(other) => line.clone_into(other),
                        None => page.push(line.to_owned()),
                    }
                }
            }
            Some("index.json") => {
                let text = fs::read_to_string(entry.path())?;
                let agents: BTreeMap<String, HashMap<String, Verdict>> =
                    serde_json::from_str(&text)?;
                verdicts.extend(agents.into_values().flatten());
            }
            _ => fs::rename(entry.path(), whole.join(entry.file_name()))?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes the report of a part: the verdict on one case, and the line of another.
    fn part(folder: &Path, case: &str, behavior: &str, close: &str, page: &str) -> PathBuf {
        let part = folder.join(case);
        fs::create_dir(&part).unwrap();
        fs::write(part.join("index.html"), page).unwrap();
        let verdict = serde_json::json!({"echo": {case: {
            "behavior": behavior, "behaviorClose": close, "remoteCloseCode": null,
            "reportfile": format!("echo_case_{case}.json"),
        }}});
        fs::write(part.join("index.json"), verdict.to_string()).unwrap();
        fs::write(part.join(format!("echo_case_{case}.html")), case).unwrap();
        part
    }

    #[test]
    fn each_case_comes_from_the_part_that_has_run_it() {
        let folder = tempfile::tempdir().unwrap();
        let missing = r#"<td class="case_missing">Missing</td>"#;
        let parts = [
            part(folder.path(), "1.1.1", "OK", "OK", &format!("1.1.1\nOK\n1.1.2\n{missing}\n")),
            part(folder.path(), "1.1.2", "FAILED", "OK", &format!("1.1.1\n{missing}\n1.1.2\nNo\n")),
        ];
        let whole = folder.path().join("whole");
        let report = Report::merge("echo", Vec::new(), &parts, &whole).unwrap();
        assert_eq!(fs::read_to_string(report.index).unwrap(), "1.1.1\nOK\n1.1.2\nNo");
        assert_eq!(report.verdicts["1.1.2"].behavior, "FAILED");
        assert_eq!(fs::read_to_string(whole.join("echo_case_1.1.2.html")).unwrap(), "1.1.2");
    }

    #[test]
    fn a_part_without_a_report_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = folder.path().join("nowhere");
        let whole = folder.path().join("whole");
        let error = Report::merge("client", Vec::new(), &[nowhere], &whole).err().unwrap();
        assert!(error.contains("nowhere") && error.contains("/updateReports"), "{error}");
    }

    /// A worse close counts although the behaviour is right, and a case that was not run counts too.
    #[test]
    fn every_case_that_is_not_as_expected_is_a_difference() {
        let verdict = |behavior: &str, close: &str| Verdict {
            behavior: behavior.to_owned(),
            behavior_close: close.to_owned(),
            reportfile: "page.json".into(),
        };
        let verdicts = [
            ("5.1", verdict("OK", "OK")),
            ("5.2", verdict("OK", "UNCLEAN")),
            ("7.1.6", verdict("INFORMATIONAL", "INFORMATIONAL")),
            ("7.13.1", verdict("OK", "OK")),
        ];
        let report = Report {
            name: "echo".to_owned(),
            cases: ["5.1", "5.2", "5.3", "7.1.6", "7.13.1"].map(str::to_owned).to_vec(),
            verdicts: verdicts.map(|(case, verdict)| (case.to_owned(), verdict)).into(),
            index: "report/index.html".into(),
        };
        assert_eq!(
            report.differences(&Suite::read().unwrap()),
            [
                "5.2     expected OK, close OK; seen OK, close UNCLEAN; see report/page.html",
                "5.3     was not run",
                "7.13.1  expected INFORMATIONAL, close INFORMATIONAL; seen OK, close OK; \
                 see report/page.html",
            ]
        );
    }
}

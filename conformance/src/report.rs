//! Reads `index.json`, the summary that Autobahn writes beside its HTML report.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::{case::CaseId, expected::Outcome};

/// What Autobahn says of one case.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Verdict {
    /// How the peer fared.
    #[serde(flatten)]
    pub(crate) outcome: Outcome,
    /// The name of the case's details as JSON; the page beside it has the same name in `.html`.
    reportfile: PathBuf,
}

impl Verdict {
    /// The case's details as JSON, in the report that stands in `directory`.
    pub(crate) fn details(&self, directory: &Path) -> PathBuf {
        directory.join(&self.reportfile)
    }

    /// The case's own page in the report that stands in `directory`.
    pub(crate) fn page(&self, directory: &Path) -> PathBuf {
        self.details(directory).with_extension("html")
    }
}

/// Reads the verdicts from the report in `directory`.
///
/// # Errors
/// If there is no report, or one that says something else than [`verdicts`] can read.
pub(crate) fn read(directory: &Path) -> Result<BTreeMap<CaseId, Verdict>, String> {
    let path = directory.join("index.json");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    verdicts(&text)
}

/// Reads the verdicts on the one peer that an `index.json` is about.
///
/// # Errors
/// If it is about no peer or about several, or if it is no such file.
pub(crate) fn verdicts(index: &str) -> Result<BTreeMap<CaseId, Verdict>, String> {
    let agents: BTreeMap<String, BTreeMap<String, Verdict>> = serde_json::from_str(index)
        .map_err(|error| format!("Autobahn's index.json cannot be read: {error}"))?;
    let names = agents.keys().cloned().collect::<Vec<_>>().join(", ");
    let mut peers = agents.into_values();
    match (peers.next(), peers.next()) {
        (Some(cases), None) => {
            cases.into_iter().map(|(case, verdict)| Ok((case.parse()?, verdict))).collect()
        }
        _ => Err(format!("Autobahn's report should be about one peer, not about [{names}]")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_leads_to_the_page_of_its_case() {
        let index = r#"{"echo": {"5.12": {"behavior": "OK", "behaviorClose": "UNCLEAN",
            "duration": 2, "remoteCloseCode": null, "reportfile": "echo_case_5_12.json"}}}"#;
        let verdicts = verdicts(index).unwrap();
        let verdict = &verdicts[&"5.12".parse().unwrap()];
        assert_eq!(verdict.outcome.to_string(), "OK, close UNCLEAN");
        assert_eq!(
            verdict.page(Path::new("report")),
            Path::new("report").join("echo_case_5_12.html")
        );
    }

    #[test]
    fn a_report_about_nobody_or_about_two_peers_is_refused() {
        assert!(verdicts("{}").is_err());
        assert!(verdicts(r#"{"echo": {}, "chat": {}}"#).unwrap_err().contains("[chat, echo]"));
    }
}

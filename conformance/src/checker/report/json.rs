//! The report as JSON, for programs.

use serde::Serialize;

use crate::checker::report::ruling::{Report, Ruling, Verdict};
use crate::checker::wire::record::{Mark, Piece};

/// The report as it is written.
#[derive(Serialize)]
struct Document<'a> {
    url: &'a str,
    level: u8,
    hostile: bool,
    passed: usize,
    failed: usize,
    skipped: usize,
    seconds: f64,
    checks: Vec<Entry<'a>>,
}

/// One check in it.
#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    level: u8,
    hostile: bool,
    clause: &'a str,
    verdict: Verdict,
    expected: &'a str,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(flatten)]
    failure: Option<Failure<'a>>,
}

/// What is known about a failure.
#[derive(Serialize)]
struct Failure<'a> {
    happened: &'a str,
    fault: Option<&'a str>,
    hint: &'a str,
    bytes: &'a [Piece],
    mark: Option<Mark>,
}

impl Report {
    /// Returns the report as JSON: what was judged, how many checks came out how, and each of them.
    ///
    /// # Errors
    /// A sentence about a report that cannot be written as JSON.
    pub fn json(&self) -> Result<String, String> {
        let [passed, failed, skipped] = self.counts();
        let document = Document {
            url: &self.options.judged.url,
            level: self.options.level,
            hostile: self.options.hostile,
            passed,
            failed,
            skipped,
            seconds: self.time.as_secs_f64(),
            checks: self.rulings.iter().map(entry).collect(),
        };
        serde_json::to_string_pretty(&document).map_err(|error| format!("JSON: {error}"))
    }
}

fn entry(ruling: &Ruling) -> Entry<'_> {
    let Ruling { check, verdict, happened, time, finding } = ruling;
    Entry {
        id: check.id,
        level: check.level,
        hostile: check.hostile,
        clause: check.clause,
        verdict: *verdict,
        expected: check.expected,
        seconds: time.as_secs_f64(),
        reason: (*verdict == Verdict::Skipped).then_some(happened),
        failure: finding.as_ref().map(|finding| Failure {
            happened,
            fault: check.fault,
            hint: check.hint,
            bytes: &finding.record.pieces,
            mark: finding.mark,
        }),
    }
}

//! The report as JSON, for programs.

use serde::Serialize;
use serde_json::{Value, json};

use crate::checker::check::Check;
use crate::checker::report::ruling::{Report, Ruling, Verdict};
use crate::checker::stages::stage_of;
use crate::checker::wire::stop::Finding;

/// One check in the report.
#[derive(Serialize)]
struct Entry<'a> {
    #[serde(flatten)]
    check: &'a Check,
    /// The stage that it belongs to.
    stage: Option<u8>,
    verdict: Verdict,
    seconds: f64,
    /// Why it was skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(flatten)]
    finding: Option<&'a Finding>,
}

impl Report {
    /// Returns the report as JSON: what was judged, how many checks came out how, and each of them.
    pub fn json(&self) -> Value {
        let [passed, failed, skipped] = self.counts();
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "url": self.options.target.url,
            "level": self.options.level,
            "stage": self.options.stage,
            "hostile": self.options.hostile,
            "seed": self.options.seed,
            "passed": passed,
            "failed": failed,
            "skipped": skipped,
            "total": self.total,
            "seconds": self.time.as_secs_f64(),
            "checks": self.rulings.iter().map(entry).collect::<Vec<_>>(),
        })
    }
}

fn entry(ruling: &Ruling) -> Entry<'_> {
    let Ruling { check, verdict, happened, time, finding } = ruling;
    let reason = (*verdict == Verdict::Skipped).then_some(happened.as_str());
    let (stage, seconds) = (stage_of(check.id).map(|stage| stage.number), time.as_secs_f64());
    Entry { check, stage, verdict: *verdict, seconds, reason, finding: finding.as_ref() }
}

//! Judges a server, stage by stage.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use conformance::autobahn::server::judge_server;
use conformance::autobahn::suite::{is_heavy, select};
use conformance::autobahn::verdict::{Outcome, Verdict as CaseVerdict};
use conformance::checker::options::Options;
use conformance::checker::report::ruling::{Report, Ruling, Verdict};
use conformance::checker::runner::run;
use conformance::checker::stages::{STAGES, Stage, stage_of};
use conformance::target::Target;
use testkit::show_progress;

use crate::course::stage::LAST;

/// How many seconds the reader's own server waits for a silent client, in place of its 30.
pub(crate) const SECONDS: u64 = 2;
/// How long the judge waits for a server that waits for [`SECONDS`].
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
/// The longest message that the solutions take, in bytes: the longest of Autobahn's cases.
pub(crate) const MESSAGE_MAX: u64 = 16 * 1024 * 1024;

/// Which of Autobahn's cases are run in a stage that has some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cases {
    /// All.
    All,
    /// Those that take seconds.
    Quick,
}

/// How a server came out.
pub(crate) struct Judgement {
    /// How its checks came out, up to the first failure.
    pub(crate) report: Report,
    /// The first stage that it has not passed; `None` if it has passed all.
    pub(crate) open: Option<Open>,
    /// The stages of which all of Autobahn's cases have passed in this run.
    pub(crate) passed_cases: Vec<u8>,
}

/// A stage that a server has not passed.
pub(crate) struct Open {
    /// Which.
    pub(crate) stage: &'static Stage,
    /// Autobahn's cases that have failed, if all checks have passed, and how many were run.
    pub(crate) cases: Option<(Vec<Outcome>, usize)>,
}

impl Judgement {
    /// Returns how many stages are passed.
    pub(crate) fn done(&self) -> u8 {
        self.open.as_ref().map_or(LAST, |open| open.stage.number - 1)
    }

    /// Returns the check that has failed, if one has.
    pub(crate) fn failure(&self) -> Option<&Ruling> {
        let cases = self.open.as_ref().and_then(|open| open.cases.as_ref());
        self.report.with(Verdict::Failed).next().filter(|_| cases.is_none())
    }
}

/// Returns what to judge: all stages, up to the first failure.
pub(crate) fn options(target: Target) -> Options {
    Options { stage: Some(LAST), first: true, ..Options::new(target) }
}

/// Judges a server. `cases` tells which of Autobahn's cases are run in a stage.
///
/// # Errors
/// A sentence, if it cannot be reached.
pub(crate) fn judge(options: &Options, cases: impl Fn(u8) -> Cases) -> Result<Judgement, String> {
    let count = AtomicUsize::new(0);
    let progress = |ruling: &Ruling, total: usize| {
        let count = count.fetch_add(1, Ordering::Relaxed) + 1;
        show_progress(&format!("{count}/{total} {}", ruling.check.id));
    };
    let report = run(options, &progress);
    show_progress("");
    let report = report?;
    if let Some(why) = report.unreachable() {
        return Err(why.to_owned());
    }
    let failed = report.with(Verdict::Failed).filter_map(|ruling| stage_of(ruling.check.id));
    let failed = failed.min_by_key(|stage| stage.number);
    let mut passed_cases = Vec::new();
    for stage in STAGES.iter().filter(|stage| !stage.cases.is_empty()) {
        if failed.is_some_and(|failed| failed.number <= stage.number) {
            break;
        }
        let which = cases(stage.number);
        if let Some(failed) = failed_cases(&options.target, stage, which)? {
            let open = Some(Open { stage, cases: Some(failed) });
            return Ok(Judgement { report, open, passed_cases });
        }
        if which == Cases::All {
            passed_cases.push(stage.number);
        }
    }
    let open = failed.map(|stage| Open { stage, cases: None });
    Ok(Judgement { report, open, passed_cases })
}

/// Runs Autobahn's cases of a stage, first those that take seconds. Returns those that have failed
/// and how many were run, or `None` if all have passed.
fn failed_cases(
    target: &Target,
    stage: &Stage,
    which: Cases,
) -> Result<Option<(Vec<Outcome>, usize)>, String> {
    let patterns: Vec<String> = stage.cases.split(',').map(str::to_owned).collect();
    let (heavy, quick): (Vec<String>, Vec<String>) =
        select(&patterns, false)?.into_iter().partition(|case| is_heavy(case));
    let heavy = if which == Cases::All { heavy } else { Vec::new() };
    for cases in [quick, heavy].iter().filter(|cases| !cases.is_empty()) {
        let cases: Vec<&str> = cases.iter().map(String::as_str).collect();
        let done = AtomicUsize::new(0);
        let progress = |outcome: &Outcome| {
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            let (number, count) = (stage.number, cases.len());
            show_progress(&format!(
                "stage {number}: case {} of Autobahn, {done}/{count}",
                outcome.case
            ));
        };
        let outcomes = judge_server(target, &cases, None, &progress);
        show_progress("");
        let failed: Vec<Outcome> = outcomes?.into_iter().filter(is_failure).collect();
        if !failed.is_empty() {
            return Ok(Some((failed, cases.len())));
        }
    }
    Ok(None)
}

/// Whether a case keeps its stage open. A server that cannot do what a case is about has not passed.
fn is_failure(outcome: &Outcome) -> bool {
    outcome.is_failure() || outcome.behavior == CaseVerdict::Unimplemented
}

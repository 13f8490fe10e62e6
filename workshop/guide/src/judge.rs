//! Judges a server, stage by stage.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use conformance::autobahn::first::first_imperfect;
use conformance::autobahn::suite::{is_heavy, select};
use conformance::autobahn::verdict::Outcome;
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
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the judge waits for an answer of a server on this machine.
const ANSWER: Duration = Duration::from_secs(1);
/// The longest message that the solutions take, in bytes: the longest of Autobahn's cases.
const MESSAGE_MAX: u64 = 16 * 1024 * 1024;

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
    /// The case of Autobahn that has not passed, if all checks of the stage have.
    pub(crate) case: Option<Outcome>,
}

impl Judgement {
    /// Returns how many stages are passed.
    pub(crate) fn done(&self) -> u8 {
        self.open.as_ref().map_or(LAST, |open| open.stage.number - 1)
    }

    /// Returns the check that has failed, if one has.
    pub(crate) fn failure(&self) -> Option<&Ruling> {
        let open = self.open.as_ref().filter(|open| open.case.is_none());
        open.and_then(|_| self.report.with(Verdict::Failed).next())
    }
}

/// Returns what to judge: all stages, up to the first failure.
pub(crate) fn options(target: Target) -> Options {
    let is_near = target.addresses.iter().all(|address| address.ip().is_loopback());
    let mut options = Options { stage: Some(LAST), first: true, ..Options::new(target) };
    if is_near {
        options.answer = ANSWER;
    }
    options
}

/// Returns the same for a server that this program has started with [`SECONDS`].
pub(crate) fn options_of_own(target: Target, pid: u32) -> Options {
    let (patience, message_max) = (PATIENCE, Some(MESSAGE_MAX));
    // The memory of a process can be seen on Linux only.
    let pid = cfg!(target_os = "linux").then_some(pid);
    Options { patience, message_max, pid, ..options(target) }
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
        if let Some(failed) = failed_case(&options.target, stage, which)? {
            let open = Some(Open { stage, case: Some(failed) });
            return Ok(Judgement { report, open, passed_cases });
        }
        if which == Cases::All {
            passed_cases.push(stage.number);
        }
    }
    let open = failed.map(|stage| Open { stage, case: None });
    Ok(Judgement { report, open, passed_cases })
}

/// Runs Autobahn's cases of a stage, and returns the first one that has not passed.
fn failed_case(target: &Target, stage: &Stage, which: Cases) -> Result<Option<Outcome>, String> {
    let patterns: Vec<String> = stage.cases.split(',').map(str::to_owned).collect();
    let mut cases = select(&patterns, false)?;
    cases.retain(|case| which == Cases::All || !is_heavy(case));
    let (done, count) = (AtomicUsize::new(0), cases.len());
    let progress = |outcome: &Outcome| {
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        let (number, case) = (stage.number, &outcome.case);
        show_progress(&format!("stage {number}: case {case} of Autobahn, {done}/{count}"));
    };
    let failed = first_imperfect(target, &cases, &progress);
    show_progress("");
    failed
}

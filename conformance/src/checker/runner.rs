//! Runs the checks: first those that others need, then most of them together, then the rest.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::checker::check::{Check, Code, Turn};
use crate::checker::checks::all;
use crate::checker::memory;
use crate::checker::options::Options;
use crate::checker::report::ruling::{Report, Ruling, Verdict};
use crate::checker::session::Session;
use crate::checker::wire::stop::Stop;
use crate::parallel::in_parallel;

/// How many checks run at the same time, each with connections of its own.
const TOGETHER: usize = 8;
/// How long all that is not hostile may take.
const RUN: Duration = Duration::from_secs(28);
/// How long one check may take, its waiting for an answer included.
const CHECK: Duration = Duration::from_secs(8);
/// How long a hostile check may take, over the patience that the server is given.
const HOSTILE: Duration = Duration::from_secs(30);
/// The check that shows whether a server can be asked more than one thing at a time.
const SECOND_CONNECTION: &str = "tcp/second-connection";

/// Runs all checks that were asked for. `progress` is called after each with its ruling, and with
/// the number of all checks.
///
/// # Errors
/// If a check was asked for by a name that none has.
pub fn run(
    options: &Options,
    progress: &(dyn Fn(&Ruling, usize) + Sync),
) -> Result<Report, String> {
    let start = Instant::now();
    let checks = chosen(options)?;
    let run = Run {
        options,
        total: checks.len(),
        start,
        memory: options.pid.and_then(|pid| memory::of(pid, memory::NOW)),
        rulings: Mutex::default(),
        progress,
    };
    let needed: HashSet<&str> = checks.iter().flat_map(|check| check.needs).copied().collect();
    let is_first = |check: &Check| {
        check.turn == Turn::Crowd && (needed.contains(check.id) || check.level == 1)
    };
    let (first, rest): (Vec<Check>, Vec<Check>) = checks.iter().copied().partition(is_first);
    for check in &first {
        run.judge(check);
    }
    let together = if run.has_passed(SECOND_CONNECTION) == Some(false) { 1 } else { TOGETHER };
    let crowd: Vec<&Check> = rest.iter().filter(|check| check.turn == Turn::Crowd).collect();
    in_parallel(&crowd, together, |check| {
        run.judge(check);
        true
    });
    for turn in [Turn::Alone, Turn::Last] {
        for check in rest.iter().filter(|check| check.turn == turn) {
            run.judge(check);
        }
    }
    let mut rulings = run.rulings.into_inner().unwrap_or_else(PoisonError::into_inner);
    let place = |ruling: &Ruling| checks.iter().position(|check| check.id == ruling.check.id);
    rulings.sort_by_key(place);
    Ok(Report { options: options.clone(), rulings, time: start.elapsed() })
}

/// The checks that were asked for.
fn chosen(options: &Options) -> Result<Vec<Check>, String> {
    let mut checks = all();
    checks.retain(|check| check.level <= options.level && (options.hostile || !check.hostile));
    if options.only.is_empty() {
        return Ok(checks);
    }
    if let Some(id) = options.only.iter().find(|id| !checks.iter().any(|check| check.id == **id)) {
        return Err(unknown(id, &checks));
    }
    let mut wanted: HashSet<&str> = options.only.iter().map(String::as_str).collect();
    // Until nothing is added any more.
    let mut count = 0;
    while count < wanted.len() {
        count = wanted.len();
        for check in checks.iter().filter(|check| wanted.contains(check.id)).collect::<Vec<_>>() {
            wanted.extend(check.needs);
        }
    }
    checks.retain(|check| wanted.contains(check.id));
    Ok(checks)
}

/// Says that there is no such check, or not here.
fn unknown(id: &str, checks: &[Check]) -> String {
    if all().iter().any(|check| check.id == id) {
        return format!("`{id}` needs a higher --level, or --hostile");
    }
    let group = id.split('/').next().unwrap_or_default();
    let alike =
        checks.iter().map(|check| check.id).filter(|id| id.split('/').next() == Some(group));
    match alike.collect::<Vec<_>>()[..] {
        [] => format!("there is no check `{id}`: see conformance/README.md for all of them"),
        ref alike => format!("there is no check `{id}`; there are {}", alike.join(", ")),
    }
}

/// One run of the checks.
struct Run<'run> {
    options: &'run Options,
    total: usize,
    start: Instant,
    memory: Option<u64>,
    rulings: Mutex<Vec<Ruling>>,
    progress: &'run (dyn Fn(&Ruling, usize) + Sync),
}

impl Run<'_> {
    /// Runs a check, unless one that it needs has not passed.
    fn judge(&self, check: &Check) {
        let start = Instant::now();
        let missing = check.needs.iter().find(|id| self.has_passed(id) == Some(false));
        let judged = match missing {
            Some(id) => Err(Stop::Unseen(format!("{id} has not passed"))),
            None => match check.run {
                Code::Server(run) => run(&self.session(check, start)),
                Code::Client(_) => Err(Stop::unseen("it is a check of clients")),
            },
        };
        let (verdict, happened, finding) = match judged {
            Ok(()) => (Verdict::Passed, String::new(), None),
            Err(Stop::Unseen(why)) => (Verdict::Skipped, why, None),
            Err(Stop::Failed(finding)) => {
                (Verdict::Failed, finding.happened.clone(), Some(*finding))
            }
        };
        let ruling = Ruling { check: *check, verdict, happened, time: start.elapsed(), finding };
        (self.progress)(&ruling, self.total);
        self.rulings.lock().unwrap_or_else(PoisonError::into_inner).push(ruling);
    }

    /// Whether a check has passed, if it was run.
    fn has_passed(&self, id: &str) -> Option<bool> {
        let rulings = self.rulings.lock().unwrap_or_else(PoisonError::into_inner);
        let ruling = rulings.iter().find(|ruling| ruling.check.id == id)?;
        Some(ruling.verdict == Verdict::Passed)
    }

    fn session(&self, check: &Check, start: Instant) -> Session<'_> {
        let until = match (check.hostile, self.options.hostile) {
            (true, _) => start + self.options.patience + HOSTILE,
            (false, true) => start + CHECK,
            (false, false) => (start + CHECK).min(self.start + RUN),
        };
        Session { options: self.options, until, memory: self.memory }
    }
}

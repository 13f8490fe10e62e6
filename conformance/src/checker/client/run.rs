//! Runs the checks against a client: first those that others need, then most of them together, and
//! at the end those that look at all connections.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::checker::check::{Check, Code, Turn};
use crate::checker::chosen::chosen;
use crate::checker::client::checks::all;
use crate::checker::client::hall::Hall;
use crate::checker::client::options::ClientOptions;
use crate::checker::client::visit::Visit;
use crate::checker::options::Options;
use crate::checker::report::ruling::{Report, Ruling, Verdict};
use crate::checker::wire::stop::Stop;
use crate::parallel::in_parallel;
use crate::target::Target;

/// How many programs run at the same time.
const TOGETHER: usize = 6;
/// How long one connection may take.
const CONNECTION: Duration = Duration::from_secs(10);

/// Runs all checks that were asked for. `progress` is called after each with its ruling, and with
/// the number of all checks.
///
/// # Errors
/// If the client cannot be started, or a check was asked for by a name that none has.
pub fn run(
    options: &ClientOptions,
    progress: &(dyn Fn(&Ruling, usize) + Sync),
) -> Result<Report, String> {
    let start = Instant::now();
    let asked = for_report(options);
    let checks = chosen(&asked, &all())?;
    let run =
        Run { hall: Hall::new(options)?, total: checks.len(), rulings: Mutex::default(), progress };
    let needed: HashSet<&str> = checks.iter().flat_map(|check| check.needs).copied().collect();
    let (last, rest): (Vec<&Check>, Vec<&Check>) =
        checks.iter().partition(|check| check.turn == Turn::Last);
    let (first, crowd): (Vec<&Check>, Vec<&Check>) =
        rest.iter().partition(|check| check.turn == Turn::Alone || needed.contains(check.id));
    let together = if run.hall.page.is_some() { 1 } else { TOGETHER };
    for (checks, together) in [(first, 1), (crowd, together), (last, 1)] {
        in_parallel(&checks, together, |check| {
            run.judge(check);
            !(options.first && run.has_failure())
        });
        if options.first && run.has_failure() {
            break;
        }
    }
    let mut rulings = run.rulings.into_inner().unwrap_or_else(PoisonError::into_inner);
    let place = |ruling: &Ruling| checks.iter().position(|check| check.id == ruling.check.id);
    rulings.sort_by_key(place);
    Ok(Report { options: asked, rulings, total: checks.len(), time: start.elapsed() })
}

/// What the report says of the client: its command line stands for an address.
fn for_report(options: &ClientOptions) -> Options {
    let mut report = Options::new(Target {
        url: options.name.clone(),
        tls: None,
        authority: String::new(),
        path: String::new(),
        addresses: Vec::new(),
        headers: Vec::new(),
        subprotocols: Vec::new(),
    });
    (report.level, report.hostile, report.first) = (options.level, options.hostile, options.first);
    report.only.clone_from(&options.only);
    report
}

/// One run of the checks.
struct Run<'run> {
    hall: Hall<'run>,
    total: usize,
    rulings: Mutex<Vec<Ruling>>,
    progress: &'run (dyn Fn(&Ruling, usize) + Sync),
}

impl Run<'_> {
    /// Runs a check, unless one that it needs has not passed.
    fn judge(&self, check: &Check) {
        let start = Instant::now();
        let patience = if check.hostile { self.hall.options.patience } else { Duration::ZERO };
        let visit = Visit { hall: &self.hall, time: CONNECTION + patience };
        let judged = match (check.needs.iter().find(|id| !self.has_passed(id)), check.run) {
            (Some(id), _) => Err(Stop::Unseen(format!("{id} has not passed"))),
            (None, Code::Client(run)) => run(&visit),
            (None, Code::Server(_)) => Err(Stop::unseen("it is a check of servers")),
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

    /// Whether anything has failed.
    fn has_failure(&self) -> bool {
        let rulings = self.rulings.lock().unwrap_or_else(PoisonError::into_inner);
        rulings.iter().any(Ruling::has_failed)
    }

    /// Whether a check has passed, or was not run.
    fn has_passed(&self, id: &str) -> bool {
        let rulings = self.rulings.lock().unwrap_or_else(PoisonError::into_inner);
        let ruling = rulings.iter().find(|ruling| ruling.check.id == id);
        ruling.is_none_or(|ruling| ruling.verdict == Verdict::Passed)
    }
}

//! Runs the checks: many at the same time, but each after those that it needs.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::checker::check::{Check, Code, Turn};
use crate::checker::checks::all;
use crate::checker::chosen::chosen;
use crate::checker::memory;
use crate::checker::options::Options;
use crate::checker::random::Random;
use crate::checker::report::ruling::{Report, Ruling, Verdict};
use crate::checker::session::{ECHO, Session};
use crate::checker::stages::{Stage, numbered, stage_of};
use crate::checker::wire::manner::{Echo, Manner};
use crate::checker::wire::stop::Stop;

/// How many checks run at the same time, each with connections of its own.
const TOGETHER: usize = 8;
/// How long all that is not hostile may take.
const RUN: Duration = Duration::from_secs(26);
/// How long one check may take, its waiting for an answer included.
const CHECK: Duration = Duration::from_secs(12);
/// How long a hostile check may take, over the patience that the server is given.
const HOSTILE: Duration = Duration::from_secs(30);
/// The check that shows whether a server can be asked more than one thing at a time.
const SECOND_CONNECTION: &str = "tcp/second-connection";
/// The stage from which on a server can open a WebSocket.
const OPENS: u8 = 2;

/// Runs all checks that were asked for. `progress` is called after each with its ruling, and with
/// the number of all checks.
///
/// # Errors
/// If a check was asked for by a name that none has.
pub fn run(options: &Options, progress: &dyn Fn(&Ruling, usize)) -> Result<Report, String> {
    let start = Instant::now();
    let chosen = chosen(options, &all())?;
    let mut options = options.clone();
    if let Some(stage) = options.stage.and_then(numbered) {
        options.level = stage.level;
    }
    let part = |check: &Check| (stage_number(&options, check), check.turn, check.level > 1);
    let mut checks = chosen.clone();
    checks.sort_by_key(part);
    let parts: Vec<usize> =
        checks.chunk_by(|one, next| part(one) == part(next)).map(<[Check]>::len).collect();
    let total = checks.len();
    let memory = options.pid.and_then(|pid| memory::of(pid, memory::NOW));
    let (rulings, decided, manners) = (Mutex::default(), Condvar::new(), Default::default());
    let run = Arc::new(Run { options, checks, start, memory, manners, rulings, decided });
    let mut begin = 0;
    for length in parts {
        let first = &run.checks[begin];
        let is_crowd = first.turn == Turn::Crowd && first.level > 1;
        let threads = if is_crowd && !run.has_failed(SECOND_CONNECTION) { TOGETHER } else { 1 };
        if !run.judge_all(begin..begin + length, threads, progress) {
            break;
        }
        if stage_number(&run.options, first) == OPENS && !run.has_failed(SECOND_CONNECTION) {
            run.learn_manners();
        }
        begin += length;
    }
    let mut rulings: Vec<Ruling> = std::mem::take(&mut *run.rulings()).into_values().collect();
    if run.options.first
        && let Some(failure) = rulings.iter().position(Ruling::has_failed)
    {
        rulings.truncate(failure + 1);
    }
    rulings.sort_by_key(|ruling| chosen.iter().position(|check| check.id == ruling.check.id));
    Ok(Report { options: run.options.clone(), rulings, total, time: start.elapsed() })
}

/// The number of the stage that a check is run with; 0 if the run is not one of stages. A stage
/// begins when all checks of the stage before have been run.
fn stage_number(options: &Options, check: &Check) -> u8 {
    stage(options, check).map_or(0, |stage| stage.number)
}

/// The stage that a check is run with, if the run is one of stages.
fn stage(options: &Options, check: &Check) -> Option<&'static Stage> {
    options.stage.and_then(|_| stage_of(check.id))
}

/// One run of the checks.
struct Run {
    options: Options,
    /// The checks, in the order in which they begin.
    checks: Vec<Check>,
    start: Instant,
    memory: Option<u64>,
    /// How the server answers, as seen below [`ECHO`], where nothing need be sent back, and from
    /// there on.
    manners: [OnceLock<Manner>; 2],
    /// The rulings so far, each by the place of its check.
    rulings: Mutex<BTreeMap<usize, Ruling>>,
    /// Is notified of each ruling.
    decided: Condvar,
}

impl Run {
    /// Runs the checks at these places, in this many threads. Returns whether to go on.
    ///
    /// If the run ends at the first failure, it does not wait for checks behind that: their
    /// threads end by themselves.
    fn judge_all(
        self: &Arc<Self>,
        places: Range<usize>,
        threads: usize,
        progress: &dyn Fn(&Ruling, usize),
    ) -> bool {
        let (sender, receiver) = channel();
        let next = Arc::new(AtomicUsize::new(places.start));
        for _ in 0..threads.min(places.len()) {
            let (run, next, sender, end) =
                (Arc::clone(self), Arc::clone(&next), sender.clone(), places.end);
            thread::spawn(move || {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= end {
                        break;
                    }
                    run.judge(place);
                    if sender.send(place).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for place in receiver {
            let rulings = self.rulings();
            progress(&rulings[&place], self.checks.len());
            if self.options.first
                && let Some((failure, _)) = rulings.iter().find(|(_, ruling)| ruling.has_failed())
                && rulings.range(..failure).count() == *failure
            {
                return false;
            }
        }
        true
    }

    /// Finds out in the background how the server answers messages, because to see that it sends
    /// nothing takes seconds. The checks that need to know it wait for this.
    fn learn_manners(self: &Arc<Self>) {
        for levels in [1..ECHO, ECHO..u8::MAX] {
            let check = self.checks.iter().find(|check| {
                stage_number(&self.options, check) > OPENS && levels.contains(&self.level(check))
            });
            let Some(check) = check.copied() else { continue };
            let run = Arc::clone(self);
            thread::spawn(move || {
                run.session(&check, Instant::now()).manner();
            });
        }
    }

    /// Runs a check, unless one that it needs has not passed.
    fn judge(&self, place: usize) {
        let (start, check) = (Instant::now(), self.checks[place]);
        let judged = if let Some(id) = check.needs.iter().find(|id| self.has_failed(id)) {
            Err(Stop::Unseen(format!("{id} has not passed")))
        } else {
            let session = self.session(&check, start);
            let judged = match check.run {
                Code::Server(run) => run(&session),
                Code::Client(_) => Err(Stop::unseen("it is a check of clients")),
            };
            match judged {
                // The time of a hostile check is what it measures.
                Err(Stop::Failed(_)) if Instant::now() > session.until && !check.hostile => {
                    Err(Stop::unseen("this check took too long"))
                }
                // A stage is done when all of it has been seen.
                Err(Stop::Unseen(why)) if self.options.stage.is_some() => {
                    Err(Stop::failed(format!("This could not be checked: {why}")))
                }
                judged => judged,
            }
        };
        let (verdict, happened, finding) = match judged {
            Ok(()) => (Verdict::Passed, String::new(), None),
            Err(Stop::Unseen(why)) => (Verdict::Skipped, why, None),
            Err(Stop::Failed(finding)) => {
                (Verdict::Failed, finding.happened.clone(), Some(*finding))
            }
        };
        let ruling = Ruling { check, verdict, happened, time: start.elapsed(), finding };
        self.rulings().insert(place, ruling);
        self.decided.notify_all();
    }

    /// Whether a check has not passed. Waits for it, if it is part of the run.
    fn has_failed(&self, id: &str) -> bool {
        let Some(place) = self.checks.iter().position(|check| check.id == id) else {
            return false;
        };
        let is_undecided = |rulings: &mut BTreeMap<usize, Ruling>| !rulings.contains_key(&place);
        let waited = self.decided.wait_timeout_while(self.rulings(), RUN, is_undecided);
        let (rulings, _) = waited.unwrap_or_else(PoisonError::into_inner);
        // Without an echo some checks cannot be judged, which says nothing against the server.
        let manner = self.manner(self.level(&self.checks[place])).get();
        let echoes = manner.is_none_or(|manner| manner.echo == Echo::Same);
        rulings.get(&place).is_none_or(|ruling| match ruling.verdict {
            Verdict::Passed => false,
            Verdict::Skipped => echoes,
            Verdict::Failed => true,
        })
    }

    fn rulings(&self) -> MutexGuard<'_, BTreeMap<usize, Ruling>> {
        self.rulings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn session(&self, check: &Check, start: Instant) -> Session<'_> {
        let until = if check.hostile {
            start + self.options.patience + HOSTILE
        } else if self.checks.iter().any(|check| check.hostile) {
            start + CHECK
        } else {
            (start + CHECK).min(self.start + RUN)
        };
        let random = Random::new(self.options.seed, check.id);
        let level = self.level(check);
        let (options, memory, manner) = (&self.options, self.memory, self.manner(level));
        Session { options, level, until, memory, random, manner }
    }

    /// The level that the server is judged at: in a run of stages, that of the check's stage.
    fn level(&self, check: &Check) -> u8 {
        stage(&self.options, check).map_or(self.options.level, |stage| stage.level)
    }

    fn manner(&self, level: u8) -> &OnceLock<Manner> {
        &self.manners[usize::from(level >= ECHO)]
    }
}

//! The checker is checked: a server that is right passes, and each flaw is caught by the one check
//! that is meant for it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use conformance::checker::checks::all;
use conformance::checker::options::Options;
use conformance::checker::report::ruling::{Report, Verdict};
use conformance::checker::runner::run;
use conformance::checker::stages::stage_of;
use support::limits::{MESSAGE_MAX, PATIENCE};
use support::{Flaw, start};

/// The check that looks at a whole process, which is in a test file of its own.
const MEMORY: &str = "hostile/memory";

/// How many servers are judged at the same time. Most of it is waiting.
const AT_A_TIME: usize = 6;

/// Puts a server with this flaw before the checks.
fn judge(flaw: Option<Flaw>, level: u8, hostile: bool) -> Report {
    let mut options = Options::new(start(flaw).parse().unwrap());
    options.level = level;
    options.hostile = hostile;
    options.patience = 3 * PATIENCE;
    options.message_max = Some(MESSAGE_MAX as u64);
    run(&options, &|_, _| {}).unwrap()
}

#[test]
fn a_server_that_is_right_passes_everything() {
    let report = judge(None, 6, true);
    assert!(report.is_good(), "{}", report.for_people(false));
    assert_eq!(report.ids(Verdict::Skipped), [MEMORY], "{}", report.for_people(false));
}

#[test]
fn every_check_has_a_flaw_that_it_must_catch() {
    let caught: HashSet<&str> = Flaw::ALL.iter().map(|flaw| flaw.check()).collect();
    let checks: HashSet<&str> = all().iter().map(|check| check.id).collect();
    assert_eq!(caught, checks);
}

#[test]
fn each_flaw_is_caught_by_the_check_that_is_meant_for_it_and_by_no_other() {
    let flaws: Vec<Flaw> =
        Flaw::ALL.iter().copied().filter(|flaw| flaw.check() != MEMORY).collect();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(&flaw) = flaws.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = caught(flaw);
                    if found != [flaw.check()] {
                        wrong.lock().unwrap().push(format!("{flaw}: {found:?}"));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The checks that fail for this flaw. Those of its own level and below are run, and the hostile
/// ones if it is a hostile one that must catch it.
fn caught(flaw: Flaw) -> Vec<&'static str> {
    let check = all().into_iter().find(|check| check.id == flaw.check()).unwrap();
    let mut report = judge(Some(flaw), check.level.max(5), check.hostile);
    assert!(report.time < Duration::from_mins(2), "{flaw} took {:?}", report.time);
    let found = report.ids(Verdict::Failed);
    if found != [flaw.check()] {
        println!("{flaw}\n{}", report.for_people(false));
    } else {
        fits_on_a_screen(&mut report);
    }
    found
}

/// A terminal has 80 columns and 24 rows, and the last row is for the prompt.
fn fits_on_a_screen(report: &mut Report) {
    report.options.first = true;
    report.options.stage = stage_of(report.ids(Verdict::Failed)[0]).map(|stage| stage.number);
    let text = report.for_people(false);
    let is_narrow = text.lines().all(|line| line.chars().count() <= 80);
    assert!(text.contains("✗") && text.lines().count() < 24 && is_narrow, "{text}");
}

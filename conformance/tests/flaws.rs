//! The checker is checked: a server that is right passes, and each flaw is found by the check that
//! is meant for it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(dead_code, reason = "servers that are right in an unusual way are another test")]

mod support;

use std::collections::{BTreeSet, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use conformance::checker::check::Check;
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
const AT_A_TIME: usize = 16;
/// The checks that put a machine under load. They are run alone, with the right server, and with
/// the servers that they are meant for.
const HEAVY: [&str; 8] = [
    "compression/bomb",
    "hostile/crowd",
    "hostile/empty-fragments",
    "hostile/header-bytes",
    "hostile/message-limit",
    "hostile/ping-flood",
    "hostile/slow-reader",
    "hostile/small-fragments",
];
/// Held by a test that must have the machine for itself.
static MACHINE: Mutex<()> = Mutex::new(());

/// The seed of the values that are random.
const SEED: u64 = 1;

/// Puts a server with this flaw before the checks.
fn judge(flaw: Option<Flaw>, level: u8, hostile: bool) -> Report {
    let mut options = Options::new(start(flaw).parse().unwrap());
    options.level = level;
    options.hostile = hostile;
    options.patience = 3 * PATIENCE;
    options.message_max = Some(MESSAGE_MAX as u64);
    options.seed = SEED;
    let is_run = |check: &&Check| {
        let is_asked = check.level <= level && (hostile || !check.hostile);
        let is_its_own = flaw.is_none_or(|flaw| flaw.checks().contains(&check.id));
        is_asked && (is_its_own || !HEAVY.contains(&check.id))
    };
    options.only = all().iter().filter(is_run).map(|check| check.id.to_owned()).collect();
    run(&options, &|_, _| {}).unwrap()
}

#[test]
fn a_server_that_is_right_passes_everything() {
    let _alone = MACHINE.lock().unwrap_or_else(PoisonError::into_inner);
    let report = judge(None, 6, true);
    assert!(report.is_good(), "{}", report.for_people(false));
    assert_eq!(report.ids(Verdict::Skipped), [MEMORY], "{}", report.for_people(false));
}

// ANCHOR: every_check
#[test]
fn every_check_has_a_flaw_that_it_must_catch() {
    let caught: BTreeSet<&str> = Flaw::ALL.iter().map(|flaw| flaw.check()).collect();
    let checks: BTreeSet<&str> = all().iter().map(|check| check.id).collect();
    let file = "conformance/tests/support/flaw.rs";
    for check in checks.difference(&caught) {
        println!("{check} has no flaw: add one to {file}");
    }
    for check in caught.difference(&checks) {
        println!("{check} is not a check: correct or remove its flaws in {file}");
    }
    assert!(caught == checks, "the lines above say what to change");
}
// ANCHOR_END: every_check

#[test]
fn each_flaw_is_found_by_the_checks_that_are_meant_for_it_and_by_no_other() {
    let _alone = MACHINE.lock().unwrap_or_else(PoisonError::into_inner);
    let flaws: Vec<Flaw> =
        Flaw::ALL.iter().copied().filter(|flaw| flaw.check() != MEMORY).collect();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(&flaw) = flaws.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut found = caught(flaw);
                    if !is_right(flaw, &found) {
                        // On a busy machine a server may have been too late.
                        found = caught(flaw);
                    }
                    if !is_right(flaw, &found) {
                        wrong.lock().unwrap().push(format!("{flaw}: {found:?}"));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether these are the checks that find this flaw.
fn is_right(flaw: Flaw, found: &[&'static str]) -> bool {
    let due: HashSet<&str> = flaw.checks().iter().copied().collect();
    let found: HashSet<&str> = found.iter().copied().collect();
    let starred = due.contains("*");
    due.iter().all(|id| *id == "*" || found.contains(id)) && (starred || found.len() == due.len())
}

/// The checks that fail for this flaw. Those of its own level and below are run, and the hostile
/// ones if it is a hostile one that must catch it.
fn caught(flaw: Flaw) -> Vec<&'static str> {
    let check = all().into_iter().find(|check| check.id == flaw.check()).unwrap();
    let mut report = judge(Some(flaw), check.level.max(5), check.hostile);
    assert!(report.time < Duration::from_mins(2), "{flaw} took {:?}", report.time);
    let found = report.ids(Verdict::Failed);
    if !is_right(flaw, &found) {
        println!("{flaw}\n{}", report.for_people(false));
    } else if !flaw.checks().contains(&"*") {
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

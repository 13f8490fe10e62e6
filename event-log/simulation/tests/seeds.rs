//! Thousands of runs in which nothing may be broken.

use std::fmt::Write as _;
use std::thread::{available_parallelism, scope};

use simulation::{MUTANTS, Rule, Story, log, run};

/// Seeds that are run each time. `just simulate` runs as many as you like.
const SEEDS: u64 = 2_000;

/// Seeds that once found a fault, and must be run even if others come before them.
const FOUND: [u64; 7] = [2_685, 2_941, 3_032, 3_474, 3_858, 4_523, 69_423];

fn failures(seeds: impl Iterator<Item = u64>) -> String {
    let mut failures = String::new();
    for seed in seeds {
        let Story { broken, .. } = run(seed, false);
        if let Some(broken) = broken.first() {
            let _ = writeln!(failures, "seed {seed}: {:?}: {}", broken.rule, broken.what);
        }
    }
    failures
}

#[test]
fn no_seed_breaks_a_promise() {
    let threads = available_parallelism().map_or(1, usize::from) as u64;
    let failures: String = scope(|scope| {
        let parts = (0..threads).map(|thread| {
            scope.spawn(move || failures((1..=SEEDS).filter(|seed| seed % threads == thread)))
        });
        let parts: Vec<_> = parts.collect();
        parts.into_iter().map(|part| part.join().unwrap()).collect()
    });
    assert!(
        failures.is_empty(),
        "{failures}`just simulate --seed N --story` tells what happens, step by step"
    );
}

#[test]
fn seeds_that_found_a_fault_do_not_find_it_again() {
    let failures = failures(FOUND.into_iter());
    assert!(failures.is_empty(), "{failures}");
}

// ANCHOR: replays
/// A seed in a report must give the same run to everybody.
#[test]
fn a_seed_replays_exactly() {
    for seed in 1..=30 {
        let (first, second) = (run(seed, true), run(seed, true));
        assert_eq!(first.lines, second.lines, "seed {seed}");
    }
}
// ANCHOR_END: replays

/// `just simulate --mutants` builds them. Here, only the list is checked.
#[test]
fn each_mutant_changes_one_place() {
    for mutant in MUTANTS {
        let text = std::fs::read_to_string(log().join(mutant.file)).unwrap();
        let places = text.matches(mutant.right).count();
        assert_eq!(places, 1, "{}: {:?} occurs {places} times", mutant.file, mutant.right);
    }
}

#[test]
fn each_rule_has_a_mutant() {
    for rule in Rule::ALL {
        assert!(MUTANTS.iter().any(|mutant| mutant.rule == rule), "{rule:?} has no mutant");
    }
}

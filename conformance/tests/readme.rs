//! README.md and CHECKS.md agree with the checker.

#![allow(clippy::unwrap_used, clippy::format_push_string, reason = "it is a test")]
#![allow(dead_code, reason = "a part of the server is not asked for here")]

mod support;

use conformance::checker::check::Check;
use conformance::checker::checks::all;
use conformance::checker::client;
use conformance::checker::options::Options;
use conformance::checker::runner::run;
use support::{Flaw, start};

const README: &str = include_str!("../README.md");
const CHECKS: &str = include_str!("../CHECKS.md");

/// The lines of the table in which CHECKS.md lists these checks.
fn table(checks: Vec<Check>) -> Vec<String> {
    let head = ["| check | level | clause | what is expected |", "|---|---|---|---|"];
    let row = |check: Check| {
        let fault = check.fault.map_or_else(String::new, |fault| format!(" ({fault})"));
        let hostile = if check.hostile { ", hostile" } else { "" };
        let (id, level, clause, expected) = (check.id, check.level, check.clause, check.expected);
        format!("| `{id}` | {level}{hostile} | {clause} | {expected}{fault} |")
    };
    head.map(str::to_owned).into_iter().chain(checks.into_iter().map(row)).collect()
}

/// What to do so that a table with the lines `listed` has the lines `due`: nothing if it has them.
fn changes(listed: &[&str], due: &[String]) -> String {
    let mut changes = String::new();
    for line in listed.iter().filter(|line| !due.iter().any(|due| due == *line)) {
        changes += &format!("remove this line:\n{line}\n\n");
    }
    for (index, line) in due.iter().enumerate().filter(|(_, line)| !listed.contains(&&***line)) {
        let before = index.checked_sub(1).map_or("the comment", |before| &due[before]);
        changes += &format!("add this line:\n{line}\nbelow this line:\n{before}\n\n");
    }
    if changes.is_empty() && listed != due {
        // Each line is there, so one of them is in another place or there twice.
        let differs = listed.iter().zip(due).find(|(listed, due)| *listed != due);
        let due = differs.map_or("no more lines", |(_, due)| due);
        let listed = differs.map_or("other lines", |(listed, _)| listed);
        changes += &format!("where this line is:\n{listed}\nthis is expected:\n{due}\n\n");
    }
    changes
}

#[test]
fn the_page_lists_every_check() {
    for (name, checks) in [("CHECKS", all()), ("CLIENT-CHECKS", client::checks::all())] {
        let (_, rest) = CHECKS.split_once(&format!("<!-- {name} -->\n")).unwrap();
        let (listed, _) = rest.split_once(&format!("<!-- /{name} -->")).unwrap();
        let listed: Vec<&str> = listed.lines().collect();
        let changes = changes(&listed, &table(checks));
        let place = format!("conformance/CHECKS.md, between the two {name} comments");
        assert!(changes.is_empty(), "in {place}:\n\n{changes}");
    }
}

#[test]
fn a_failure_names_only_the_lines_that_differ() {
    let due = ["a", "b", "c"].map(str::to_owned);
    assert_eq!(changes(&["a", "b", "c"], &due), "");
    assert_eq!(changes(&["a", "c"], &due), "add this line:\nb\nbelow this line:\na\n\n");
    assert_eq!(changes(&["a", "b", "x", "c"], &due), "remove this line:\nx\n\n");
    let moved = "where this line is:\nc\nthis is expected:\nb\n\n";
    assert_eq!(changes(&["a", "c", "b"], &due), moved);
    let twice = "where this line is:\nother lines\nthis is expected:\nno more lines\n\n";
    assert_eq!(changes(&["a", "b", "c", "c"], &due), twice);
}

#[test]
fn the_page_shows_a_failure_as_it_is() {
    let mut options = Options::new(start(Some(Flaw::TakesUnmasked)).parse().unwrap());
    options.only = vec!["unmasking/mask-bit".to_owned()];
    let text = run(&options, &|_, _| {}).unwrap().for_people(false);
    let failure = text.split_once("✗ unmasking/mask-bit").unwrap().1;
    let failure = failure.split_once("\n\n").unwrap().0;
    assert!(README.contains(failure), "{failure}");
}

#[test]
fn the_page_explains_every_fault_that_is_named() {
    for fault in all().iter().filter_map(|check| check.fault) {
        assert!(CHECKS.contains(&format!("\n| {fault} | ")), "{fault}");
    }
}

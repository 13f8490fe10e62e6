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

/// These checks, as CHECKS.md lists them.
fn table(checks: Vec<Check>) -> String {
    let mut table = "| check | level | clause | what is expected |\n|---|---|---|---|\n".to_owned();
    for check in checks {
        let fault = check.fault.map_or_else(String::new, |fault| format!(" ({fault})"));
        let hostile = if check.hostile { ", hostile" } else { "" };
        let (id, level, clause, expected) = (check.id, check.level, check.clause, check.expected);
        table += &format!("| `{id}` | {level}{hostile} | {clause} | {expected}{fault} |\n");
    }
    table
}

#[test]
fn the_page_lists_every_check() {
    for (name, checks) in [("CHECKS", all()), ("CLIENT-CHECKS", client::checks::all())] {
        let (_, rest) = CHECKS.split_once(&format!("<!-- {name} -->\n")).unwrap();
        let (listed, _) = rest.split_once(&format!("<!-- /{name} -->")).unwrap();
        let table = table(checks);
        assert!(
            listed == table,
            "put this into CHECKS.md, between the two {name} comments:\n{table}"
        );
    }
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

//! What comes out: for people, for programs, and for grading.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(dead_code, reason = "a part of the server is not asked for here")]

mod support;

use std::sync::Mutex;
use std::time::Duration;

use conformance::autobahn::first::first_imperfect;
use conformance::autobahn::report::people::on_a_screen;
use conformance::autobahn::suite::select;
use conformance::autobahn::verdict::Outcome;
use conformance::checker::options::Options;
use conformance::checker::report::ruling::{Report, Ruling, Verdict};
use conformance::checker::runner::run;
use conformance::checker::stages::stage_of;
use support::limits::MESSAGE_MAX;
use support::{Flaw, start};

fn judge(flaw: Option<Flaw>, only: &str) -> Report {
    let mut options = Options::new(start(flaw).parse().unwrap());
    options.only = vec![only.to_owned()];
    run(&options, &|_, _| {}).unwrap()
}

/// The mark is under the second byte, which says where the length is.
#[test]
fn a_failure_shows_both_directions_and_a_mark_under_the_first_wrong_byte() {
    let text = judge(Some(Flaw::TakesUnmasked), "unmasking/mask-bit").for_people(false);
    let expected = "\
✗ unmasking/mask-bit  RFC 6455 §5.1 · fault F8
  expected  A frame that is not masked fails the connection, with 1002.
  happened  The server went on, and sent a text frame of 5 bytes.
  → 81 05 48 65 6c 6c 6f                             ··Hello
       ^^
    text, final · \"Hello\" · a client must mask (§5.1)
  ← 81 05 48 65 6c 6c 6f                             ··Hello
    text, final · \"Hello\"
  hint      Look at the top bit of the second byte before you look for a key.
";
    assert!(text.contains(expected), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn colours_are_there_only_if_they_are_wanted() {
    let report = judge(Some(Flaw::NoPong), "framing/ping");
    assert!(!report.for_people(false).contains('\x1b'));
    assert!(report.for_people(true).contains("\x1b[31m"));
}

#[test]
fn json_has_the_verdict_the_fault_and_the_bytes() {
    let json = judge(Some(Flaw::EightByteLengths), "framing/minimal-length").json();
    assert_eq!(json["failed"], 1);
    let checks = json["checks"].as_array().unwrap();
    let failed = checks.iter().find(|check| check["verdict"] == "failed").unwrap();
    assert_eq!(failed["id"], "framing/minimal-length");
    assert_eq!(failed["fault"], "F13");
    assert_eq!(failed["clause"], "RFC 6455 §5.2");
    assert_eq!(failed["mark"]["direction"], "received");
    let bytes = failed["bytes"].as_array().unwrap();
    let received: Vec<&str> = bytes
        .iter()
        .filter(|piece| piece["direction"] == "received")
        .map(|piece| piece["hex"].as_str().unwrap())
        .collect();
    assert!(received.iter().any(|hex| hex.contains("817f000000000000007e")), "{received:?}");
    assert!(checks.iter().any(|check| check["verdict"] == "passed"));
}

/// The answer has characters that XML has its own use for.
#[test]
fn junit_has_a_suite_a_level_and_a_case_a_check() {
    let report = judge(Some(Flaw::NamesNoVersion), "handshake/version-named");
    let text = report.junit();
    let document = roxmltree::Document::parse(&text).unwrap();
    let root = document.root_element();
    assert_eq!(root.attribute("failures"), Some("1"));
    let count = |name: &str| root.descendants().filter(|node| node.has_tag_name(name)).count();
    assert_eq!(count("testcase"), report.rulings.len());
    assert_eq!((count("testsuite"), count("failure"), count("skipped")), (2, 1, 0));
    let failure = root.descendants().find(|node| node.has_tag_name("failure")).unwrap();
    assert_eq!(failure.parent().unwrap().attribute("name"), Some("handshake/version-named"));
    assert!(failure.text().unwrap().contains("← HTTP/1.1 400 Bad Request\\r\\n"));
}

/// A check that cannot see what it looks for has neither failed nor passed.
#[test]
fn what_another_check_has_made_invisible_is_skipped_and_says_why() {
    let report = judge(Some(Flaw::AnswersLikeAPage), "framing/ping");
    let text = report.for_people(false);
    assert!(text.contains("skipped, as unmasking/text has not passed: framing/ping"), "{text}");
    assert!(report.junit().contains("<skipped message=\"unmasking/text has not passed\"/>"));
}

#[test]
fn an_unknown_check_is_answered_with_those_that_are_like_it() {
    let mut options = Options::new(start(None).parse().unwrap());
    options.only = vec!["framing/pin".to_owned()];
    let problem = run(&options, &|_, _| {}).err().unwrap();
    assert!(problem.contains("framing/ping or framing/pong"), "{problem}");
}

/// After the first failure, nothing more is waited for or shown.
#[test]
fn the_first_failure_is_that_of_the_earliest_check_and_comes_at_once() {
    let mut options = Options::new(start(Some(Flaw::NeverPings)).parse().unwrap());
    (options.first, options.stage) = (true, Some(14));
    options.patience = Duration::from_secs(3);
    options.message_max = Some(MESSAGE_MAX as u64);
    let report = run(&options, &|_, _| {}).unwrap();
    assert_eq!(report.ids(Verdict::Failed), ["hostile/half-open"], "{}", report.for_people(false));

    let mut options = Options::new(start(Some(Flaw::TakesPost)).parse().unwrap());
    (options.first, options.stage) = (true, Some(14));
    let report = run(&options, &|_, _| {}).unwrap();
    let text = report.for_people(false);
    assert_eq!(report.ids(Verdict::Failed), ["handshake/method"], "{text}");
    assert!(report.time < Duration::from_secs(5), "{text}");
    let json = report.json();
    assert_eq!((json["stage"].as_u64(), json["checks"][0]["stage"].as_u64()), (Some(14), Some(1)));
    assert!(json["total"].as_u64().unwrap() > json["checks"].as_array().unwrap().len() as u64);
}

/// The check that comes last in a stage is not put off until the last stage.
#[test]
fn a_stage_begins_when_all_checks_of_the_stage_before_have_been_run() {
    let mut options = Options::new(start(None).parse().unwrap());
    options.stage = Some(6);
    let stages = Mutex::new(Vec::new());
    let progress = |ruling: &Ruling, _| {
        stages.lock().unwrap().push(stage_of(ruling.check.id).unwrap().number);
    };
    run(&options, &progress).unwrap();
    let stages = stages.into_inner().unwrap();
    assert!(stages.is_sorted() && stages.last() == Some(&6), "{stages:?}");
}

#[test]
fn the_first_case_of_autobahn_that_is_not_passed_is_shown() {
    let cases = select(&["1.1.*", "2.*", "9.1.1"].map(str::to_owned), false).unwrap();
    let run = Mutex::new(Vec::new());
    let first = |flaw| {
        run.lock().unwrap().clear();
        let progress = |outcome: &Outcome| run.lock().unwrap().push(outcome.case.clone());
        first_imperfect(&start(flaw).parse().unwrap(), &cases, &progress).unwrap()
    };
    assert!(first(None).is_none());
    assert_eq!(run.lock().unwrap().len(), cases.len());
    let outcome = first(Some(Flaw::NoPongForEmpty)).unwrap();
    assert!(!run.lock().unwrap().contains(&"9.1.1".to_owned()));
    let text = on_a_screen(&outcome, "", "", false);
    assert!(text.starts_with("✗ Autobahn 2.1  behaviour FAILED, close OK\n"), "{text}");
    assert!(
        text.contains("  sent      The judge sends a ping") && text.contains("→ ping"),
        "{text}"
    );
}

//! The checker of clients is checked: a client that is right passes, and each flaw is caught by the
//! one check that is meant for it.
//!
//! The client is this program itself, started with `the_client` as its only test. It shares no code
//! with the checker.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod echo;
mod flaw;
mod frames;
mod independent;
mod numbers;
mod opening;

use std::collections::BTreeSet;
use std::env;
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use conformance::checker::client::checks::all;
use conformance::checker::client::options::ClientOptions;
use conformance::checker::client::run::run;
use conformance::checker::report::ruling::{Report, Verdict};
use flaw::Flaw;

/// How many clients are judged at the same time. Most of it is waiting.
const AT_A_TIME: usize = 4;
/// A check that asks for what a client need not do.
const WITHOUT_FLAW: &str = "client/offers-compression";

/// The name of the client that is not ours.
const TUNGSTENITE: &str = "tungstenite";
/// What is known of it, and explained in the README.
const KNOWN: [&str; 5] = [
    "client/answer-forms",
    "client/target",
    "client/accept-twice",
    "client/extension-not-offered",
    "client/close-codes",
];

/// The client. It does nothing unless the checker has started it.
#[test]
#[ignore = "it is a program that other tests start"]
fn the_client() {
    let mut arguments = env::args().skip_while(|word| !word.starts_with("ws://"));
    let Some(url) = arguments.next() else { return };
    let name = arguments.next().unwrap_or_default();
    if name == TUNGSTENITE {
        return independent::run(&url);
    }
    let flaw = Flaw::named(&name);
    let rest = url.strip_prefix("ws://").unwrap();
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    if flaw == Some(Flaw::ConnectsNowhere) {
        return;
    }
    while let Ok(stream) = TcpStream::connect(authority) {
        stream.set_nodelay(true).unwrap();
        let opened = opening::open(&stream, authority, path, flaw);
        let closed = opened.is_some_and(|(agreed, unread)| {
            flaw == Some(Flaw::EndsAtOnce) || echo::run(&stream, agreed, unread, flaw)
        });
        if closed || flaw != Some(Flaw::ReconnectsAtOnce) {
            return;
        }
    }
}

/// Puts the client with this flaw, or with this name, before these checks, or before all.
fn judge(name: &str, hostile: bool, only: Vec<String>) -> Report {
    let program = env::current_exe().unwrap();
    let line = format!("'{}' --ignored --exact the_client {{url}} {name}", program.display());
    let mut options = ClientOptions::new(&line).unwrap();
    options.hostile = hostile;
    options.only = only;
    options.answer = Duration::from_secs(3);
    options.patience = Duration::from_secs(4);
    run(&options, &|_, _| {}).unwrap()
}

#[test]
fn a_client_that_is_right_passes_everything() {
    let report = judge("", true, Vec::new());
    assert!(report.is_good(), "{}", report.for_people(false));
    let unseen = ["client/back-off", "client/window-not-offered"];
    assert_eq!(report.ids(Verdict::Skipped), unseen, "{}", report.for_people(false));
}

/// Each of these was looked at by hand; conformance/FINDINGS.md says what it means.
#[test]
fn tungstenite_fails_only_what_is_known() {
    let report = judge(TUNGSTENITE, false, Vec::new());
    assert_eq!(report.ids(Verdict::Failed), KNOWN, "{}", report.for_people(false));
}

/// What Chromium does is explained in conformance/FINDINGS.md.
#[test]
#[ignore = "it starts a browser"]
fn chromium_fails_only_what_is_known() {
    let program = testkit::Chromium::find().browser.expect("Chromium should be installed");
    let profile = tempfile::tempdir().unwrap();
    let line = format!(
        "'{}' --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
         --disable-background-networking --disable-component-update --disable-sync \
         '--user-data-dir={}' {{page}}",
        program.display(),
        profile.path().display()
    );
    let report = run(&ClientOptions::new(&line).unwrap(), &|_, _| {}).unwrap();
    let known = ["client/invalid-text", "client/invalid-code"];
    assert_eq!(report.ids(Verdict::Failed), known, "{}", report.for_people(false));
}

#[test]
fn every_check_has_a_flaw_that_it_must_catch() {
    let caught: BTreeSet<String> =
        Flaw::ALL.iter().map(|flaw| format!("client/{}", flaw.check())).collect();
    let mut checks: BTreeSet<String> = all().iter().map(|check| check.id.to_owned()).collect();
    checks.remove(WITHOUT_FLAW);
    let file = "conformance/tests/client/flaw.rs";
    for check in checks.difference(&caught) {
        println!("{check} has no flaw: add one to {file}");
    }
    for check in caught.difference(&checks) {
        println!("{check} is not a check: correct or remove its flaws in {file}");
    }
    assert!(caught == checks, "the lines above say what to change");
}

#[test]
fn each_flaw_is_caught_by_the_check_that_is_meant_for_it() {
    each_flaw_is_all_that_is_found(true);
}

#[test]
#[ignore = "it runs all checks for each flaw, which takes minutes"]
fn each_flaw_is_caught_by_no_other_check() {
    each_flaw_is_all_that_is_found(false);
}

/// Judges a client with each flaw, by the one check that is meant for it and those that it needs, or
/// by all.
fn each_flaw_is_all_that_is_found(by_one_check: bool) {
    // A client that inflates for ever slows the others down, so the two tests run one at a time.
    static MACHINE: Mutex<()> = Mutex::new(());
    let _alone = MACHINE.lock().unwrap_or_else(PoisonError::into_inner);
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(&flaw) = Flaw::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let check = format!("client/{}", flaw.check());
                    let hostile = all().iter().any(|other| other.id == check && other.hostile);
                    let only = if by_one_check { vec![check.clone()] } else { Vec::new() };
                    let report = judge(&format!("{flaw:?}"), hostile, only);
                    let found = report.ids(Verdict::Failed);
                    if found != [check.as_str()] {
                        println!("{flaw:?}\n{}", report.for_people(false));
                        wrong.lock().unwrap().push(format!("{flaw:?} ({check}): {found:?}"));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

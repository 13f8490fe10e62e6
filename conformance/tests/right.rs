//! Servers that are right in an unusual way pass.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(dead_code, reason = "a part of the server is not asked for here")]

mod support;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use conformance::checker::options::Options;
use conformance::checker::report::ruling::{Report, Verdict};
use conformance::checker::runner::run;
use support::{Quirk, start_unusual};

/// How many servers are judged at the same time. Most of it is waiting.
const AT_A_TIME: usize = 6;

fn judge(quirk: Quirk) -> Report {
    let mut options = Options::new(start_unusual(quirk).parse().unwrap());
    options.seed = 1;
    run(&options, &|_, _| {}).unwrap()
}

#[test]
fn each_server_passes_all_that_can_be_judged() {
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(String::new()));
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(&quirk) = Quirk::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let report = judge(quirk);
                    let [failed, mut skipped] =
                        [Verdict::Failed, Verdict::Skipped].map(|verdict| report.ids(verdict));
                    skipped.sort_unstable();
                    let mut due = quirk.skipped().to_vec();
                    due.sort_unstable();
                    if !failed.is_empty() || skipped != due {
                        *wrong.lock().unwrap() +=
                            &format!("{quirk:?} {}\n", report.for_people(false));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_server_that_is_not_an_echo_server_is_told_so_once() {
    let report = judge(Quirk::EchoesWithPrefix);
    let reasons: Vec<&str> =
        report.with(Verdict::Skipped).map(|ruling| ruling.happened.as_str()).collect();
    let [reason] = reasons[..] else { panic!("{reasons:?}") };
    assert!(reason.contains("not an echo server") && reason.contains("You said: "), "{reason}");
}

#[test]
fn a_proxy_is_named_in_place_of_the_server() {
    for (quirk, name) in [(Quirk::BehindNginx, "nginx"), (Quirk::BehindHaproxy, "HAProxy")] {
        let report = judge(quirk);
        assert!(report.with(Verdict::Skipped).all(|ruling| ruling.happened.starts_with(name)));
    }
}

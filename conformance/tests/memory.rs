//! What a server must not allocate. In a process of its own, as it is the memory of this process.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(dead_code, reason = "a part of the server is not asked for here")]

mod support;

use std::time::Duration;

use conformance::checker::options::Options;
use conformance::checker::report::ruling::{Report, Verdict};
use conformance::checker::runner::run;
use support::Flaw;
use support::limits::MESSAGE_MAX;

fn judge(flaw: Option<Flaw>) -> Report {
    let mut options = Options::new(support::start(flaw).parse().unwrap());
    options.hostile = true;
    // On a busy machine it takes seconds to allocate that much.
    options.answer = Duration::from_secs(10);
    options.pid = Some(std::process::id());
    options.message_max = Some(MESSAGE_MAX as u64);
    options.only = ["limits/declared-length", "hostile/memory"].map(str::to_owned).to_vec();
    run(&options, &|_, _| {}).unwrap()
}

/// One test, as the second would see what the first has taken.
#[test]
fn memory_that_is_taken_because_of_a_declared_length_is_seen() {
    assert!(judge(None).is_good());
    let flaw = Flaw::AllocatesWhatIsDeclared;
    assert_eq!(judge(Some(flaw)).ids(Verdict::Failed), [flaw.check()]);
}

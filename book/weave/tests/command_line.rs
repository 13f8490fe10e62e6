//! `just diff`, without a reader.

use std::process::{Command, Stdio};

/// As after `just diff 4 5a | head -1`.
#[test]
fn a_closed_output_is_not_an_error() {
    let mut weave = Command::new(env!("CARGO_BIN_EXE_weave"));
    weave.args(["diff", "4", "5a"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = weave.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

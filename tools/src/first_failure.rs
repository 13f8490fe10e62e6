//! `first-failure`: runs the tests of an exercise, and shows the first that fails.
//!
//! `cargo test` shows every failing test with its message, in the order of the names. On a small
//! screen the first ones are gone by the time the last one is printed, and the first in the file is
//! the one to mend first.

use std::env;
use std::fmt::Write as _;
use std::process::{Command, Stdio};

use testkit::{cargo, workspace};

use crate::outcome::{Outcome, exit_code};

/// How many names of other failing tests fit on the screen.
const OTHERS: usize = 5;

/// A test that has failed.
struct Failure<'output> {
    name: &'output str,
    /// The line of the file in which it gave up.
    line: u32,
    /// Everything that it and the code have printed, and its message.
    output: Vec<&'output str>,
}

/// Returns the variable that makes cargo run tests with this program, and its value.
///
/// `None` if there is a space in the path of this program: cargo would take it for two words. Cargo
/// then shows all failures.
pub(crate) fn as_runner() -> Option<(String, String)> {
    let asked = cargo(&["-vV"]).output().ok()?;
    let said = String::from_utf8(asked.stdout).ok()?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "))?;
    let host = host.to_uppercase().replace(['-', '.'], "_");
    let program = env::current_exe().ok()?;
    // As seen from the folder of the exercises. The way to the workspace may have a space in it.
    let program = match program.strip_prefix(workspace()) {
        Ok(path) => format!("../{}", path.display()),
        Err(_) => program.display().to_string(),
    };
    let is_one_word = !program.contains(char::is_whitespace);
    is_one_word.then(|| (format!("CARGO_TARGET_{host}_RUNNER"), format!("{program} first-failure")))
}

/// Runs the tests, and prints what they print; if some fail, only the first.
pub(crate) fn run(program: &str, arguments: &[String]) -> Outcome {
    let mut tests = Command::new(program);
    let output = tests.args(arguments).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    print!("{}", shortened(&said).as_deref().unwrap_or(&said));
    Ok(exit_code(output.status))
}

/// Returns the first failure in the order of the file, and the names of the others. `None` if
/// nothing has failed.
fn shortened(said: &str) -> Option<String> {
    let mut failures = failures(said);
    failures.sort_by_key(|failure| failure.line);
    let (first, others) = failures.split_first()?;
    let mut short = format!("\n{} fails:\n\n", first.name);
    for line in &first.output {
        let _ = writeln!(short, "{}", format!("  {line}").trim_end());
    }
    if !others.is_empty() {
        short.push_str("\nThese fail, too:\n");
    }
    for failure in others.iter().take(OTHERS) {
        let _ = writeln!(short, "  {}", failure.name);
    }
    if others.len() > OTHERS {
        let _ = writeln!(short, "  and {} more", others.len() - OTHERS);
    }
    Some(short)
}

/// Reads the failures. Each begins with a line that has the test's name, and ends before the next
/// such line, or before the list of names at the end.
fn failures(said: &str) -> Vec<Failure<'_>> {
    let mut failures: Vec<Failure> = Vec::new();
    for line in said.lines().skip_while(|line| *line != "failures:").skip(1) {
        let name =
            line.strip_prefix("---- tests::").and_then(|line| line.strip_suffix(" stdout ----"));
        if let Some(name) = name {
            failures.push(Failure { name, line: u32::MAX, output: Vec::new() });
        } else if line == "failures:" {
            break;
        } else if let Some(failure) = failures.last_mut() {
            let place = line.split_once(" panicked at exercises/");
            if let Some((thread, place)) = place {
                // The learner's threads may panic, too.
                let is_the_test = thread.contains(&format!("'tests::{}'", failure.name));
                let number = place.split(':').nth(1).and_then(|line| line.parse().ok());
                if let (true, Some(number)) = (is_the_test, number) {
                    failure.line = number;
                    continue;
                }
            }
            if !line.starts_with("note: run with `RUST_BACKTRACE") {
                failure.output.push(line);
            }
        }
    }
    for Failure { output, .. } in &mut failures {
        // Empty lines are only of use between others.
        let begin = output.iter().position(|line| !line.is_empty()).unwrap_or(output.len());
        let end = output.iter().rposition(|line| !line.is_empty()).map_or(begin, |last| last + 1);
        *output = output[begin..end].to_vec();
    }
    failures
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "
running 3 tests
test tests::a_later_rule ... FAILED
test tests::a_rule ... FAILED
test tests::an_easy_rule ... ok

failures:

---- tests::a_later_rule stdout ----

thread 'tests::a_later_rule' (47) panicked at exercises/02_handshake/origin.rs:72:13:
later
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace

---- tests::a_rule stdout ----
printed by the code

thread '<unnamed>' (49) panicked at exercises/02_handshake/origin.rs:99:9:
in a thread of the code

thread 'tests::a_rule' (48) panicked at exercises/02_handshake/origin.rs:62:9:
assertion `left == right` failed: the rule
  left: 1
 right: 2


failures:
    tests::a_later_rule
    tests::a_rule

test result: FAILED. 1 passed; 2 failed
";

    #[test]
    fn the_first_failure_in_the_file_is_shown() {
        let expected = "
a_rule fails:

  printed by the code

  thread '<unnamed>' (49) panicked at exercises/02_handshake/origin.rs:99:9:
  in a thread of the code

  assertion `left == right` failed: the rule
    left: 1
   right: 2

These fail, too:
  a_later_rule
";
        assert_eq!(shortened(SAID).unwrap(), expected);
    }

    #[test]
    fn without_a_failure_everything_is_shown() {
        assert_eq!(shortened("running 1 test\ntest tests::a_rule ... ok\n"), None);
    }
}

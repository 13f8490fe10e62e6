//! Compiles one file with its tests, runs each of them in a process of its own, and judges it.

use std::env;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rayon::prelude::*;
use tempfile::TempDir;
use wait_timeout::ChildExt as _;

use crate::outcome::{FailedTest, Outcome};
use crate::source::{redefined_macro, with_proofs};

/// How long a test may run. It takes less than a second, or, where it has to find out that nothing
/// comes, five.
const TIME: Duration = Duration::from_mins(1);
/// Lines of a program that broke off which are worth reading.
const LAST_LINES: usize = 3;
/// The exit status of a test that failed.
const FAILED: i32 = 101;

/// Compiles a file and runs its tests.
///
/// A test has passed if it ended well and has written a secret that only its last line knows. What
/// else the program prints, and when it ends, proves nothing.
///
/// # Errors
/// A sentence about what kept us from it: there is no `rustc`, or no room for the program.
pub fn try_out(file: &str) -> Result<Outcome, String> {
    within(TIME, file)
}

fn within(time: Duration, file: &str) -> Result<Outcome, String> {
    if let Some(name) = redefined_macro(file) {
        let message = format!("the answer redefines `{name}`, which the tests need as it is");
        return Ok(Outcome::Broken { message });
    }
    let folder = TempDir::new().map_err(|error| format!("no temporary folder: {error}"))?;
    let (proving, tests) = with_proofs(file);
    let source = folder.path().join("exercise.rs");
    fs::write(source, proving).map_err(|error| format!("exercise.rs: {error}"))?;

    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    // Unsafe code could run before the tests, or find the secret in memory.
    rustc.args(["--edition", "2024", "--test", "-A", "warnings", "-F", "unsafe-code"]);
    // A program's name must end like that on Windows, and may elsewhere.
    rustc.args(["-C", "debuginfo=0", "-o", "tests.exe", "exercise.rs"]);
    let compiled = rustc.current_dir(folder.path()).output();
    let compiled = compiled.map_err(|error| format!("rustc: {error}"))?;
    if !compiled.status.success() {
        let said = String::from_utf8_lossy(&compiled.stderr);
        return Ok(Outcome::DoesNotCompile { message: first_error(&said) });
    }
    let run = |test: &&str| run(folder.path(), test, time);
    let outcomes: io::Result<Vec<Outcome>> = tests.par_iter().map(run).collect();
    Ok(together(outcomes.map_err(|error| format!("tests: {error}"))?))
}

/// Runs one test.
fn run(folder: &Path, test: &str, at_most: Duration) -> io::Result<Outcome> {
    let secret = format!("{:032x}", rand::random::<u128>());
    // A pipe that nobody empties would stop the program. A file takes what comes.
    let path = folder.join(test);
    let output = File::create(&path)?;
    let mut command = Command::new(folder.join("tests.exe"));
    command.args(["--exact", &format!("tests::{test}"), "--color", "never"]);
    // What ends a program altogether, such as a stack overflow, is told on standard error.
    command.stdin(Stdio::piped()).stderr(output.try_clone()?).stdout(output);
    let mut child = command.current_dir(folder).env("RUST_BACKTRACE", "0").spawn()?;
    // It may have ended already.
    let _ = child.stdin.take().map(|mut stdin| stdin.write_all(secret.as_bytes()));
    let Some(status) = child.wait_timeout(at_most)? else {
        child.kill()?;
        child.wait()?;
        return Ok(Outcome::Endless);
    };
    let said = fs::read(path)?;
    let said = String::from_utf8_lossy(&said);
    Ok(if status.success() && said.contains(&secret) {
        Outcome::Passed
    } else if status.code() == Some(FAILED) {
        Outcome::Failed {
            failed: vec![FailedTest { test: test.to_owned(), message: message(&said) }],
        }
    } else {
        let lines: Vec<&str> = said.lines().filter(|line| !line.is_empty()).collect();
        let last = lines[lines.len().saturating_sub(LAST_LINES)..].join("\n");
        Outcome::Broken { message: format!("{test} did not come to its end ({status}): {last}") }
    })
}

/// What the outcomes of its tests come to for an exercise.
fn together(outcomes: Vec<Outcome>) -> Outcome {
    let mut failed = Vec::new();
    let mut others = Vec::new();
    for outcome in outcomes {
        match outcome {
            Outcome::Failed { failed: one } => failed.extend(one),
            other => others.push(other),
        }
    }
    if others.contains(&Outcome::Endless) {
        return Outcome::Endless;
    }
    if !failed.is_empty() {
        failed.sort_by(|one, other| one.test.cmp(&other.test));
        return Outcome::Failed { failed };
    }
    let not_passed = others.iter().find(|outcome| **outcome != Outcome::Passed).cloned();
    not_passed.or(others.pop()).unwrap_or(Outcome::Broken { message: "no tests".to_owned() })
}

/// The compiler's first error and where it is.
fn first_error(said: &str) -> String {
    let mut lines = said.lines().skip_while(|line| !line.starts_with("error")).take(2);
    let error = lines.next().unwrap_or("the compiler gave no reason");
    let place = lines.next().and_then(|line| line.trim().strip_prefix("--> exercise.rs:"));
    place.map_or_else(|| error.to_owned(), |place| format!("{error} (at {place})"))
}

/// The message of the last panic: those before it were caught, or belong to another thread.
fn message(why: &str) -> String {
    let panic = why.rsplit_once("panicked at ").map_or(why, |(_, panic)| panic);
    let lines = panic.lines().skip(1);
    let lines = lines.take_while(|line| !line.starts_with("note: ") && !line.is_empty());
    let message = lines.collect::<Vec<_>>().join("\n");
    let ours = ["assertion `left == right` failed: ", "assertion `left != right` failed: "];
    let told = ours.iter().find_map(|prefix| message.strip_prefix(prefix));
    told.unwrap_or(&message).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str =
        "#[cfg(test)]\nmod tests {\n    #[test]\n    fn a_rule() {\n        RULE\n    }\n}\n";

    fn outcome(rule: &str) -> Outcome {
        try_out(&RULE.replace("RULE", rule)).unwrap()
    }

    #[test]
    fn a_test_that_passes_is_passed() {
        assert_eq!(outcome("assert_eq!(1, 1);"), Outcome::Passed);
    }

    #[test]
    fn a_test_that_fails_says_why() {
        let failed = |message: &str| Outcome::Failed {
            failed: vec![FailedTest { test: "a_rule".to_owned(), message: message.to_owned() }],
        };
        let caught = r#"let _ = std::panic::catch_unwind(|| panic!("caught")); panic!("why");"#;
        assert_eq!(outcome(caught), failed("why"));
        let equal = r#"assert_eq!(1, 2, "one is not two");"#;
        assert_eq!(outcome(equal), failed("one is not two\n  left: 1\n right: 2"));
    }

    #[test]
    fn what_does_not_compile_says_where() {
        let Outcome::DoesNotCompile { message } = outcome("let one: u8 = true;") else {
            panic!("that cannot compile");
        };
        assert_eq!(message, "error[E0308]: mismatched types (at 5:23)");
    }

    #[test]
    fn a_program_that_ends_early_has_proved_nothing() {
        let Outcome::Broken { message } = outcome("std::process::exit(0);") else {
            panic!("it has ended early");
        };
        assert_eq!(message, "a_rule did not come to its end (exit status: 0): running 1 test");
    }

    #[test]
    fn a_program_that_breaks_off_says_what_it_can() {
        let Outcome::Broken { message } = outcome("fn dig() -> u8 { dig() + 1 } dig();") else {
            panic!("there is no bottom");
        };
        assert!(message.contains("overflow"), "{message}");
    }

    #[test]
    fn a_file_without_tests_has_proved_nothing() {
        assert!(matches!(try_out("").unwrap(), Outcome::Broken { .. }));
    }

    #[test]
    fn a_program_that_does_not_end_is_ended() {
        let endless = RULE.replace("RULE", "loop { std::thread::park() }");
        assert_eq!(within(Duration::from_millis(50), &endless).unwrap(), Outcome::Endless);
    }
}

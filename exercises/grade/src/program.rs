//! Compiles one file with its tests, runs them, and reads what they say.

use std::env;
use std::fs::{self, File};
use std::io;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::{FailedTest, Outcome, test_names};

/// How long the tests of one exercise may run. They take less than a second, or, where one has to
/// find out that nothing comes, five.
const TIME: Duration = Duration::from_mins(1);
/// How often we look whether they have ended.
const LOOK: Duration = Duration::from_millis(5);
/// Lines of a program that broke off which are worth reading.
const LAST_LINES: usize = 3;
/// Where the harness begins to say why a test failed, and where it ends.
const WHY: (&str, &str) = ("---- tests::", " stdout ----");

/// Compiles a file and runs its tests.
///
/// # Errors
/// A sentence about what kept us from it: there is no `rustc`, or no room for the program.
pub fn try_out(file: &str) -> Result<Outcome, String> {
    let folder = TempDir::new().map_err(|error| format!("no temporary folder: {error}"))?;
    let at = |name: &str| folder.path().join(name);
    fs::write(at("exercise.rs"), file).map_err(|error| format!("exercise.rs: {error}"))?;

    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--edition", "2024", "--test", "--cap-lints", "allow", "-C", "debuginfo=0"]);
    // A program's name must end like that on Windows, and may elsewhere.
    rustc.args(["-o", "tests.exe", "exercise.rs"]).current_dir(folder.path());
    let compiled = rustc.output().map_err(|error| format!("rustc: {error}"))?;
    if !compiled.status.success() {
        let said = String::from_utf8_lossy(&compiled.stderr);
        return Ok(Outcome::DoesNotCompile { message: first_error(&said) });
    }

    // A pipe that nobody empties would stop the program. A file takes what comes.
    let output = File::create(at("output")).map_err(|error| format!("output: {error}"))?;
    let mut tests = Command::new(at("tests.exe"));
    tests.current_dir(folder.path()).env("RUST_BACKTRACE", "0").args(["--color", "never"]);
    // What ends a program altogether, such as a stack overflow, is told on standard error.
    let errors = output.try_clone().map_err(|error| format!("output: {error}"))?;
    tests.stdin(Stdio::null()).stdout(output).stderr(errors);
    let mut child = tests.spawn().map_err(|error| format!("tests: {error}"))?;
    let ended = wait(&mut child, TIME).map_err(|error| format!("tests: {error}"))?;
    let Some(status) = ended else { return Ok(Outcome::Endless) };
    let said = fs::read(at("output")).map_err(|error| format!("output: {error}"))?;
    Ok(read(&String::from_utf8_lossy(&said), &test_names(file), status.success()))
}

/// Waits until the program has ended; kills it and returns `None` if it takes longer.
fn wait(child: &mut Child, at_most: Duration) -> io::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + at_most;
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(LOOK);
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

/// The compiler's first error and where it is.
fn first_error(said: &str) -> String {
    let mut lines = said.lines().skip_while(|line| !line.starts_with("error")).take(2);
    let error = lines.next().unwrap_or("the compiler gave no reason");
    let place = lines.next().and_then(|line| line.trim().strip_prefix("--> exercise.rs:"));
    place.map_or_else(|| error.to_owned(), |place| format!("{error} (at {place})"))
}

/// Reads what the harness says. It says of each test whether it passed: a program that ends without
/// that, by `exit(0)` for example, has proved nothing.
fn read(said: &str, tests: &[&str], success: bool) -> Outcome {
    let failed = failed_tests(said);
    let has_passed = |test: &&str| said.contains(&format!("test tests::{test} ... ok\n"));
    if failed.is_empty() && success && !tests.is_empty() && tests.iter().all(has_passed) {
        return Outcome::Passed;
    }
    if failed.is_empty() {
        let lines: Vec<&str> = said.lines().filter(|line| !line.is_empty()).collect();
        let last = &lines[lines.len().saturating_sub(LAST_LINES)..];
        return Outcome::Broken { message: last.join("\n") };
    }
    Outcome::Failed { failed }
}

fn failed_tests(said: &str) -> Vec<FailedTest> {
    let sections = said.split(WHY.0).skip(1);
    let mut failed: Vec<FailedTest> = sections
        .filter_map(|section| {
            let (test, why) = section.split_once(WHY.1)?;
            Some(FailedTest { test: test.to_owned(), message: message(why) })
        })
        .collect();
    // The harness reports them as they end.
    failed.sort_by(|one, other| one.test.cmp(&other.test));
    failed
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
        let outcome = outcome("std::process::exit(0);");
        assert_eq!(outcome, Outcome::Broken { message: "running 1 test".to_owned() });
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
        let mut itself = Command::new(env::current_exe().unwrap());
        itself.args(["--exact", "program::tests::never_ends"]).env(NEVER_ENDS, "1");
        let mut child = itself.stdout(Stdio::null()).spawn().unwrap();
        assert_eq!(wait(&mut child, LOOK).unwrap(), None);
        assert!(child.try_wait().unwrap().is_some(), "it was killed and waited for");
    }

    /// What keeps it from ending.
    const NEVER_ENDS: &str = "GRADE_NEVER_ENDS";

    /// What the test above runs. By itself it ends at once.
    #[test]
    fn never_ends() {
        while env::var_os(NEVER_ENDS).is_some() {
            thread::park();
        }
    }
}

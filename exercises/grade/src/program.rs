//! Compiles an answer with the course's tests, runs each of them in a process of its own, and judges
//! it.

use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use rayon::prelude::*;
use tempfile::TempDir;

use crate::judge::Judge;
use crate::limits::{End, ends, read_start};
use crate::outcome::{FailedTest, Outcome};
use crate::parts::code_of;
use crate::refused::refused;

/// How long a test, or the compiler, may run. A test takes less than a second, or five seconds where
/// it has to find out that nothing arrives.
const TIME: Duration = Duration::from_mins(1);
/// The most characters of a message that are passed on.
const MESSAGE_LIMIT: usize = 2000;
/// How many of the last lines are quoted if a program breaks off.
const LAST_LINES: usize = 3;
/// The compiler. `rustup` looks up which one it is each time; we ask once.
static RUSTC: LazyLock<PathBuf> = LazyLock::new(|| {
    let rustc = PathBuf::from(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let asked = Command::new(&rustc).args(["--print", "sysroot"]).output();
    let sysroot = asked.ok().and_then(|asked| String::from_utf8(asked.stdout).ok());
    let found = sysroot.map(|sysroot| Path::new(sysroot.trim()).join("bin").join("rustc"));
    let found = found.map(|found| found.with_extension(env::consts::EXE_EXTENSION));
    found.filter(|found| found.is_file()).unwrap_or(rustc)
});

/// Compiles a learner's file with the tests of the course's file, and runs them. Tests in the
/// learner's file are ignored.
///
/// A test has passed or failed if its report says so, and the report contains a secret that nothing
/// but the test's last line knows. What else the program prints, and how it ends, proves nothing.
///
/// # Errors
/// A sentence if there is no `rustc`, or no space for the program.
pub fn try_out(course: &str, learner: &str) -> Result<Outcome, String> {
    within(TIME, course, learner)
}

/// Does the same as [`try_out`] for many answers to one exercise, in a fraction of the time: they are
/// modules of one program.
///
/// Use it for answers that come with the course. One that defines a macro for all modules could
/// influence the others.
///
/// # Errors
/// As [`try_out`].
pub fn try_out_all(course: &str, answers: &[&str]) -> Result<Vec<Outcome>, String> {
    match all_in_one(course, answers)? {
        Some(outcomes) => Ok(outcomes),
        // Which of them is it that does not compile?
        None => answers.par_iter().map(|answer| try_out(course, answer)).collect(),
    }
}

/// Returns `None` if the answers do not compile together.
fn all_in_one(course: &str, answers: &[&str]) -> Result<Option<Vec<Outcome>>, String> {
    let folder = TempDir::new().map_err(|error| format!("no temporary folder: {error}"))?;
    let folder = folder.path();
    let mut root = String::new();
    let mut judged = Vec::new();
    for (number, answer) in answers.iter().enumerate() {
        let name = format!("answer_{number}");
        let Ok(tests) = write_answer(folder, &name, course, answer)? else { return Ok(None) };
        root.extend(["mod ", &name, ";\n"]);
        judged.push((name + "::", tests));
    }
    write(folder, "exercise.rs", &root)?;
    if compile(folder, TIME)?.is_some() {
        return Ok(None);
    }
    let outcomes: Result<Vec<Outcome>, String> = thread::scope(|scope| {
        let run = |(module, tests)| scope.spawn(move || run_all(folder, module, tests, TIME));
        let answers: Vec<_> = judged.iter().map(|(module, tests)| run((module, tests))).collect();
        answers.into_iter().map(|answer| answer.join().unwrap_or_else(|_| Err(fault()))).collect()
    });
    outcomes.map(Some)
}

fn within(time: Duration, course: &str, learner: &str) -> Result<Outcome, String> {
    let folder = TempDir::new().map_err(|error| format!("no temporary folder: {error}"))?;
    let folder = folder.path();
    let tests = match write_answer(folder, "exercise", course, learner)? {
        Ok(tests) => tests,
        Err(outcome) => return Ok(outcome),
    };
    match compile(folder, time)? {
        Some(outcome) => Ok(outcome),
        None => run_all(folder, "", &tests, time),
    }
}

/// Writes `NAME.rs`, an answer whose first module is the tests, and `NAME_tests.rs`. Returns the names
/// of the tests, or an outcome if the answer is refused.
fn write_answer(
    folder: &Path,
    name: &str,
    course: &str,
    learner: &str,
) -> Result<Result<Vec<String>, Outcome>, String> {
    let code = code_of(learner.strip_prefix('\u{feff}').unwrap_or(learner));
    if let Some(what) = refused(&code) {
        let message = format!("the answer uses {what}: no exercise needs it");
        return Ok(Err(Outcome::Refused { message }));
    }
    let Some(Judge { module, tests }) = Judge::of(course, &code) else {
        return Ok(Err(broken("the exercise has no tests")));
    };
    let judged_by = format!("#[cfg(test)] #[path = \"{name}_tests.rs\"] mod tests; ");
    write(folder, &format!("{name}.rs"), &(judged_by + &without_inner_attributes(&code)))?;
    write(folder, &format!("{name}_tests.rs"), &module)?;
    Ok(Ok(tests))
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), String> {
    fs::write(folder.join(name), text).map_err(|error| format!("{name}: {error}"))
}

/// What is said if a thread of ours has panicked.
fn fault() -> String {
    "the grader itself has failed, see above".to_owned()
}

/// Turns the inner attributes and inner comments at the head of a file into plain comments: they
/// must come first in a file, and there the tests are. An attribute could also remove the tests.
fn without_inner_attributes(code: &str) -> String {
    let mut plain = String::new();
    let mut is_head = true;
    for line in code.split_inclusive('\n') {
        let text = line.trim_start();
        is_head = is_head && (text.is_empty() || text.starts_with("//") || text.starts_with("#!["));
        match text.strip_prefix("//!") {
            Some(comment) if is_head => plain.extend(["// ", comment]),
            _ if is_head && text.starts_with("#![") => plain.extend(["// ", text]),
            _ => plain.push_str(line),
        }
    }
    plain
}

/// Compiles `exercise.rs`. Returns an outcome only if there is no program after that.
fn compile(folder: &Path, at_most: Duration) -> Result<Option<Outcome>, String> {
    let mut rustc = Command::new(RUSTC.as_path());
    // Unsafe code could run before the tests, or find the secret in memory. With that variable, an
    // answer could use features that are not stable.
    rustc.args(["--edition", "2024", "--test", "-A", "warnings", "-F", "unsafe-code"]);
    rustc.env_remove("RUSTC_BOOTSTRAP");
    // A program's name must end like that on Windows, and may elsewhere.
    rustc.args(["-C", "debuginfo=0", "-C", "codegen-units=1", "-o", "tests.exe", "exercise.rs"]);
    let output = folder.join("rustc.txt");
    let failed = |error: io::Error| format!("rustc: {error}");
    let end = ends(rustc.stdin(Stdio::null()), folder, &output, at_most).map_err(failed)?;
    let message = match end {
        End::Exited(status) if status.success() => return Ok(None),
        End::Exited(_) => first_error(&read_start(&output).map_err(failed)?),
        End::OutOfTime => format!("the compiler did not end within {} s", at_most.as_secs()),
        End::PrintedTooMuch => "the compiler printed more than 16 MiB".to_owned(),
    };
    Ok(Some(Outcome::DoesNotCompile { message: shortened(&message) }))
}

/// Runs the tests of the answer in this module (`answer_1::`, or nothing for the only answer), all at
/// once: a test may wait for seconds, and needs no processor meanwhile.
fn run_all(
    folder: &Path,
    module: &str,
    tests: &[String],
    at_most: Duration,
) -> Result<Outcome, String> {
    let outcomes: Result<Vec<Outcome>, String> = thread::scope(|scope| {
        let run = |test| scope.spawn(move || run(folder, module, test, at_most));
        let tests: Vec<_> = tests.iter().map(String::as_str).map(run).collect();
        let tests = tests.into_iter().map(|test| test.join().map_err(|_| fault()));
        tests.map(|outcome| outcome?.map_err(|error| format!("tests: {error}"))).collect()
    });
    Ok(together(outcomes?))
}

/// Runs one test.
fn run(folder: &Path, module: &str, test: &str, at_most: Duration) -> io::Result<Outcome> {
    let secret = format!("{:032x}", rand::random::<u128>());
    let mut command = Command::new(folder.join("tests.exe"));
    // Captured output would collect in memory.
    command.args([
        "--exact",
        &format!("{module}tests::{test}"),
        "--color",
        "never",
        "--no-capture",
    ]);
    let (stdin, mut to_test) = io::pipe()?;
    to_test.write_all(secret.as_bytes())?;
    drop(to_test);
    let output = folder.join(format!("{}-{test}.txt", module.trim_end_matches(':')));
    let status = match ends(command.stdin(stdin), folder, &output, at_most)? {
        End::Exited(status) => status,
        End::OutOfTime => return Ok(Outcome::Endless),
        End::PrintedTooMuch => return Ok(broken(&format!("{test} printed more than 16 MiB"))),
    };
    let said = read_start(&output)?;
    let report = said.split(&secret).nth(1).filter(|_| status.success());
    Ok(match report {
        Some("passed") => Outcome::Passed,
        Some(report) => {
            let message = shortened(message(report.strip_prefix("failed ").unwrap_or(report)));
            Outcome::Failed { failed: vec![FailedTest { test: test.to_owned(), message }] }
        }
        None => {
            let lines: Vec<&str> = said.lines().filter(|line| !line.is_empty()).collect();
            let last = lines[lines.len().saturating_sub(LAST_LINES)..].join("\n");
            broken(&format!("{test} did not come to its end ({status}): {last}"))
        }
    })
}

fn broken(message: &str) -> Outcome {
    Outcome::Broken { message: shortened(message) }
}

/// Combines the outcomes of an exercise's tests into one.
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
        return Outcome::Failed { failed };
    }
    let not_passed = others.iter().find(|outcome| **outcome != Outcome::Passed).cloned();
    not_passed.or(others.pop()).unwrap_or(Outcome::Broken { message: "no tests".to_owned() })
}

/// The compiler's first error and where it is.
fn first_error(said: &str) -> String {
    let mut lines = said.lines().skip_while(|line| !line.starts_with("error")).take(2);
    let error = lines.next().unwrap_or("the compiler gave no reason");
    let place = lines.next().and_then(|line| line.trim().strip_prefix("--> "));
    match place.and_then(|place| place.split_once(".rs:")) {
        Some(("exercise", place)) => format!("{error} (at {place})"),
        Some(_) => format!("{error} (where the tests use the answer)"),
        None => error.to_owned(),
    }
}

/// The message of a panic as its author wrote it.
fn message(panic: &str) -> &str {
    let ours = ["assertion `left == right` failed: ", "assertion `left != right` failed: "];
    ours.iter().find_map(|prefix| panic.strip_prefix(prefix)).unwrap_or(panic)
}

/// A message that is safe to print: not too long, and without the characters that control a
/// terminal.
fn shortened(message: &str) -> String {
    let is_printed = |letter: &char| !letter.is_control() || *letter == '\n';
    let mut short: String = message.chars().filter(is_printed).take(MESSAGE_LIMIT + 1).collect();
    if let Some((end, _)) = short.char_indices().nth(MESSAGE_LIMIT) {
        short.truncate(end);
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "fn f() {}\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    \
        fn a_rule() {\n        RULE\n    }\n}\n";

    fn outcome(rule: &str) -> Outcome {
        try_out(&RULE.replace("RULE", rule), "").unwrap()
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
        let course = RULE.replace("RULE", "f();");
        let message = |answer| match try_out(&course, answer).unwrap() {
            Outcome::DoesNotCompile { message } => message,
            other => panic!("that cannot compile: {other:?}"),
        };
        let wrong = "//! Mine.\n\nfn f() { let one: u8 = true; }\n";
        assert_eq!(message(wrong), "error[E0308]: mismatched types (at 3:24)");
        let other = "fn f(one: u8) {}\n";
        assert!(message(other).ends_with("(where the tests use the answer)"), "{}", message(other));
    }

    #[test]
    fn inner_attributes_become_comments_and_lines_stay() {
        let code = "//! Mine.\n#![allow(dead_code)]\n\nmod inner {\n    //! Inner.\n}\n";
        let plain = "//  Mine.\n// #![allow(dead_code)]\n\nmod inner {\n    //! Inner.\n}\n";
        assert_eq!(without_inner_attributes(code), plain);
    }

    #[test]
    fn a_message_is_short_and_cannot_control_a_terminal() {
        assert_eq!(shortened("\u{1b}[2Ja\r\0b\nc"), "[2Jab\nc");
        assert_eq!(shortened(&"ä".repeat(3000)).chars().count(), MESSAGE_LIMIT + 1);
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
        assert!(matches!(try_out("", "").unwrap(), Outcome::Broken { .. }));
    }

    #[test]
    fn a_program_that_does_not_end_is_ended() {
        let endless = RULE.replace("RULE", "loop { std::thread::park() }");
        assert_eq!(within(Duration::from_secs(5), &endless, "").unwrap(), Outcome::Endless);
    }
}

//! Programs that print or end as they like, and have proved nothing.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use grade::{Outcome, try_out};

/// The course's tests of `answer`, which should return 1.
const TESTS: &str = "
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_one() {
        assert_eq!(answer(), 1);
    }
}
";

/// What the grader says about a learner's code.
fn outcome(code: &str) -> Outcome {
    try_out(&format!("{code}\n{TESTS}")).unwrap()
}

#[track_caller]
fn is_not_passed(code: &str) {
    assert_ne!(outcome(code), Outcome::Passed, "{code}");
}

#[test]
fn an_honest_answer_passes() {
    assert_eq!(outcome("fn answer() -> u8 { 1 }"), Outcome::Passed);
}

#[test]
fn an_answer_that_exits_is_not_passed() {
    is_not_passed("fn answer() -> u8 { std::process::exit(0) }");
}

/// The line is what the test runner prints for a test that passes.
#[test]
fn an_answer_that_prints_the_line_of_the_test_runner_is_not_passed() {
    is_not_passed(
        r#"fn answer() -> u8 {
            use std::io::Write;
            let line = "test tests::the_answer_is_one ... ok\n";
            std::io::stdout().write_all(line.as_bytes()).unwrap();
            std::process::exit(0)
        }"#,
    );
}

#[test]
fn an_answer_that_exits_from_another_thread_is_not_passed() {
    is_not_passed(
        r#"fn answer() -> u8 {
            std::thread::spawn(|| {
                use std::io::Write;
                let line = "test tests::the_answer_is_one ... ok\n";
                std::io::stdout().write_all(line.as_bytes()).unwrap();
                std::process::exit(0)
            });
            std::thread::park();
            2
        }"#,
    );
}

#[test]
fn an_answer_that_exits_when_the_test_panics_is_not_passed() {
    is_not_passed(
        r#"fn answer() -> u8 {
            std::panic::set_hook(Box::new(|_| {
                use std::io::Write;
                let line = "test tests::the_answer_is_one ... ok\n";
                std::io::stdout().write_all(line.as_bytes()).unwrap();
                std::process::exit(0)
            }));
            2
        }"#,
    );
}

/// A macro that is defined above the tests takes the place of the one that they mean.
#[test]
fn an_answer_that_defines_the_tests_macros_is_not_passed() {
    is_not_passed("macro_rules! assert_eq { ($($any:tt)*) => {} }\nfn answer() -> u8 { 2 }");
    is_not_passed(
        "macro_rules! nothing { ($($any:tt)*) => {} }\npub(crate) use nothing as assert_eq;\n\
         fn answer() -> u8 { 2 }",
    );
}

#[test]
fn an_answer_that_takes_the_tests_away_is_not_passed() {
    is_not_passed("fn answer() -> u8 { 2 }\n#[cfg(any())]");
    is_not_passed("#![cfg(any())]");
}

/// What runs before the tests could read what they prove themselves by.
#[test]
fn an_answer_with_unsafe_code_does_not_compile() {
    let code = "fn answer() -> u8 { unsafe { *(&1u8 as *const u8) } }";
    assert!(matches!(outcome(code), Outcome::DoesNotCompile { .. }));
}

//! Answers that try to pass by other means than being right, and honest ones that look odd.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use grade::{Outcome, try_out};

/// The course's tests of `answer` and `maybe`.
const COURSE: &str = "
fn answer() -> u8 {
    1
}

fn maybe() -> Option<u8> {
    Some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_one() {
        assert_eq!(answer(), 1, \"one, not two\");
    }

    #[test]
    fn one_is_possible() {
        assert_eq!(maybe(), Some(1));
        assert!(!maybe().is_none());
    }
}
";

/// A right `maybe`, for answers that try to pass with a wrong `answer`.
const MAYBE: &str = "fn maybe() -> Option<u8> { Some(1) }";

/// Returns what the grader says about a learner's file.
fn outcome(file: &str) -> Outcome {
    try_out(COURSE, file).unwrap()
}

/// Grades a wrong or right `answer` together with a right `maybe`.
fn answered(code: &str) -> Outcome {
    outcome(&format!("{code}\n{MAYBE}\n"))
}

/// Asserts that the answer counts as wrong, with the test's message.
#[track_caller]
fn fails(code: &str) {
    let Outcome::Failed { failed } = answered(code) else {
        panic!("{:?}: {code}", answered(code));
    };
    assert_eq!(failed[0].test, "the_answer_is_one", "{code}");
    assert!(failed[0].message.starts_with("one, not two\n"), "{}", failed[0].message);
}

#[track_caller]
fn breaks_off(code: &str) {
    assert_eq!(answered(code).word(), "broke off", "{:?}: {code}", answered(code));
}

#[track_caller]
fn is_refused(code: &str) {
    assert_eq!(answered(code).word(), "refused", "{:?}: {code}", answered(code));
}

#[track_caller]
fn does_not_compile(code: &str) {
    assert_eq!(answered(code).word(), "does not compile", "{:?}: {code}", answered(code));
}

#[track_caller]
fn passes(code: &str) {
    assert_eq!(answered(code), Outcome::Passed, "{code}");
}

#[test]
fn an_honest_answer_passes() {
    passes("//! Mine.\n\n#![allow(unused)]\n// mod tests {\nfn answer() -> u8 { 1 }");
    // Other tests, no tests, code behind the tests, and names that the tests use, too.
    passes(
        "#[cfg(test)]\nmod tests {\n    use super::*;\n}\nfn answer() -> u8 { crate::one() }\nfn one() -> u8 { 1 }",
    );
    passes(
        "#[cfg(test)]\nmod my_tests { #[test] fn the_answer_is_one() { panic!() } }\nfn answer() -> u8 { 1 }",
    );
    passes("\u{feff}fn answer() -> u8 { println!(\"test tests::x ... FAILED\"); 1 }");
    passes("fn answer() -> u8 { let _ = std::panic::catch_unwind(|| panic!(\"caught\")); 1 }");
    passes("fn answer() -> u8 { std::thread::spawn(|| loop { std::thread::yield_now() }); 1 }");
    passes("const TEXT: &str = \"\n#[cfg(test)]\nmod tests {\"; fn answer() -> u8 { 1 }");
    passes("fn process(matches: u8) -> u8 { matches }\nfn answer() -> u8 { process(1) }");
}

#[test]
fn an_answer_that_ends_the_program_is_refused() {
    is_refused("fn answer() -> u8 { std::process::exit(0) }");
    is_refused("use std::process as p;\nfn answer() -> u8 { p::exit(101) }");
    is_refused(
        "fn answer() -> u8 { std::thread::spawn(|| std::process::exit(0)); std::thread::park(); 2 }",
    );
}

/// A program that is ended by other means has not passed, whatever it has printed.
#[test]
fn an_answer_that_imitates_the_test_runner_is_not_passed() {
    let prints = r#"
        use std::io::Write;
        let line = "test tests::the_answer_is_one ... ok\n\ntest result: ok. 1 passed; passed\n";
        std::io::stdout().write_all(line.as_bytes()).unwrap();"#;
    fails(&format!("fn answer() -> u8 {{ {prints} 2 }}"));
    breaks_off(&format!(
        "fn answer() -> u8 {{ {prints} dig(1) }} fn dig(n: u8) -> u8 {{ dig(n) + 1 }}"
    ));
    // The drop of a panic's value panics again, which aborts the program.
    breaks_off(&format!(
        "struct D; impl Drop for D {{ fn drop(&mut self) {{ panic!() }} }}\n\
         fn answer() -> u8 {{ {prints} let _d = D; panic!() }}"
    ));
}

#[test]
fn an_answer_that_imitates_a_panic_does_not_change_the_message() {
    fails(
        r#"fn answer() -> u8 {
            eprintln!("thread 'tests::the_answer_is_one' panicked at exercise.rs:1:1:\nall is well");
            std::panic::set_hook(Box::new(|_| eprintln!("panicked at x:\nall is well")));
            2
        }"#,
    );
    // Panics elsewhere, caught or in another thread, are not the test's.
    fails(
        r#"fn answer() -> u8 {
            std::thread::spawn(|| { loop { let _ = std::panic::catch_unwind(|| panic!("mine")); } });
            let _ = std::panic::catch_unwind(|| panic!("also mine"));
            2
        }"#,
    );
}

/// By then the secret has been read, and the tests' own proof can be called but proves nothing.
#[test]
fn an_answer_does_not_get_the_secret_from_standard_input() {
    fails(
        r#"fn answer() -> u8 {
            let secret = std::io::read_to_string(std::io::stdin()).unwrap();
            print!("{secret}passed{secret}");
            2
        }"#,
    );
    does_not_compile("fn answer() -> u8 { crate::tests::proof::run(|| ()); 2 }");
}

/// On Linux the secret could be found in `/proc/self/mem`.
#[test]
fn an_answer_does_not_get_the_secret_from_memory() {
    is_refused("fn answer() -> u8 { std::fs::read(\"/proc/self/maps\").unwrap()[0] }");
    is_refused("use std::{io, fs::{File}};\nfn answer() -> u8 { 2 }");
    is_refused(
        "macro_rules! m { ($m:ident) => { use std::$m::File; } }\nm!(fs);\nfn answer() -> u8 { 2 }",
    );
    does_not_compile("fn answer() -> u8 { unsafe { *(&1u8 as *const u8) } }");
    does_not_compile("#[unsafe(no_mangle)]\nfn main_() {}\nfn answer() -> u8 { 2 }");
}

/// A macro that is defined above the tests would take the place of the one that they mean.
#[test]
fn an_answer_does_not_replace_the_tests_macros() {
    let nothing = "{ ($($any:tt)*) => {} }";
    fails(&format!("macro_rules! assert_eq {nothing}\nfn answer() -> u8 {{ 2 }}"));
    fails(&format!("#[macro_export]\nmacro_rules! assert_eq {nothing}\nfn answer() -> u8 {{ 2 }}"));
    fails(&format!(
        "macro_rules! nothing {nothing}\npub(crate) use nothing as assert_eq;\n\
         fn answer() -> u8 {{ 2 }}"
    ));
    fails(
        "macro_rules! def { ($name:ident) => { macro_rules! $name { () => {} } } }\n\
         def!(assert_eq);\nfn answer() -> u8 { 2 }",
    );
}

/// In the tests, `Some` is the standard library's.
#[test]
fn an_answer_does_not_replace_names_of_the_standard_library() {
    let file = "fn answer() -> u8 { 1 }\n\
        #[derive(PartialEq, Debug)]\nstruct Yes;\nimpl Yes { fn is_none(&self) -> bool { false } }\n\
        #[allow(non_snake_case)]\nfn Some<T>(_: T) -> Yes { Yes }\nfn maybe() -> Yes { Yes }\n";
    assert_eq!(outcome(file).word(), "does not compile");
    // A trait whose method takes its receiver by value comes before `Option::is_none`.
    let file = "fn answer() -> u8 { 1 }\nfn maybe() -> Option<u8> { Some(1) }\n\
        trait Never: Sized { fn is_none(self) -> bool { true } }\nimpl Never for Option<u8> {}\n";
    assert_eq!(outcome(file), Outcome::Passed, "the trait has no effect");
    is_refused("extern crate self as std;\nfn answer() -> u8 { 2 }");
}

#[test]
fn an_answer_that_is_equal_to_everything_is_refused() {
    is_refused(
        "#[derive(Debug)] struct Yes;\n\
         impl PartialEq<u8> for Yes { fn eq(&self, _: &u8) -> bool { true } }\n\
         fn answer() -> Yes { Yes }",
    );
}

#[test]
fn an_answer_does_not_take_the_tests_away() {
    // An attribute, a comment or a string that is not closed would swallow the code after it.
    fails("#![cfg(any())]\nfn answer() -> u8 { 2 }");
    fails("#![cfg_attr(test, cfg(any()))]\nfn answer() -> u8 { 2 }");
    for open in ["#[cfg(any())]", "/*", "const S: &str = \"", "mod tests {", "macro_rules! m {"] {
        let file = format!("{MAYBE}\nfn answer() -> u8 {{ 2 }}\n{open}\n#[cfg(test)]\n");
        assert_ne!(outcome(&file), Outcome::Passed, "{open}");
    }
    fails("fn answer() -> u8 { 2 }\n#[cfg(any())]\nmod tests {}");
    does_not_compile(
        "mod tests {}\n#[cfg(test)]\nmod tests { mod proof {} }\nfn answer() -> u8 { 2 }",
    );
    fails("#[cfg(test)]\nfn answer() -> u8 { 2 }\n#[cfg(not(test))]\nfn answer() -> u8 { 1 }");
}

/// The compiler reads files on behalf of the code.
#[test]
fn an_answer_does_not_read_files_while_it_is_compiled() {
    is_refused("const S: &str = include_str!(\"tests.rs\");\nfn answer() -> u8 { 2 }");
    is_refused("include!(\"/dev/stdin\");\nfn answer() -> u8 { 2 }");
    is_refused("use std::include_bytes as i;\nfn answer() -> u8 { i!(\"/dev/zero\")[0] }");
    is_refused("const S: &str = env!(\"HOME\");\nfn answer() -> u8 { 2 }");
    does_not_compile("#[path = \"/dev/null/x\"] mod other;\nfn answer() -> u8 { 2 }");
}

#[test]
fn an_answer_cannot_use_what_is_not_stable() {
    fails("#![feature(custom_test_frameworks)]\n#![test_runner(run)]\nfn answer() -> u8 { 2 }");
    fails("#![crate_type = \"proc-macro\"]\nfn answer() -> u8 { 2 }");
    does_not_compile("mod m { #![test_runner(run)] }\nfn answer() -> u8 { 2 }");
}

#[test]
fn an_answer_that_prints_without_end_is_ended() {
    breaks_off("fn answer() -> u8 { loop { println!(\"{}\", \"x\".repeat(9999)) } }");
    breaks_off("fn answer() -> u8 { loop { eprintln!(\"{}\", \"x\".repeat(9999)) } }");
}

#[test]
fn what_is_printed_need_not_be_text() {
    let prints =
        r#"use std::io::Write; std::io::stdout().write_all(b"\xff\xfe\0\x1b[2J").unwrap();"#;
    fails(&format!("fn answer() -> u8 {{ {prints} 2 }}"));
    passes(&format!("fn answer() -> u8 {{ {prints} 1 }}"));
}

#[test]
fn a_long_message_is_cut() {
    let code = "fn answer() -> u8 { panic!(\"{}\", \"x\".repeat(999_999)) }";
    let Outcome::Failed { failed } = answered(code) else { panic!("{code}") };
    assert!(failed[0].message.len() < 3000);
}

#[test]
fn nesting_without_end_does_not_compile() {
    does_not_compile(&format!(
        "fn answer() -> u8 {{ {}1{} }}",
        "(".repeat(50_000),
        ")".repeat(50_000)
    ));
}

//! The two parts of an exercise's file: the code, which is the learner's, and the tests, which are
//! the course's.

use std::fmt::Write as _;

use proc_macro2::{TokenStream, TokenTree};

/// Where the tests begin.
const TESTS: &str = "#[cfg(test)]";

/// The code of a file, without its tests.
pub fn code_of(file: &str) -> &str {
    file.find(TESTS).map_or(file, |tests| &file[..tests])
}

/// The tests of a file; empty if it has none.
pub fn tests_of(file: &str) -> &str {
    &file[code_of(file).len()..]
}

/// The learner's code with the course's tests. What became of the tests in the learner's copy does
/// not matter.
pub fn with_tests_of(course: &str, learner: &str) -> String {
    format!("{}\n{}", code_of(learner), tests_of(course))
}

/// Macros of the standard library without which a test proves nothing.
const JUDGES: [&str; 4] = ["assert", "assert_eq", "assert_ne", "panic"];

/// The file with tests that prove that they came to their ends, and the names of these tests.
///
/// Each reads a secret from standard input before it begins, and writes it to standard output when
/// it is done. By then standard input has ended, so that nothing that the test calls can know it.
pub(crate) fn with_proofs(file: &str) -> (String, Vec<&str>) {
    let mut proving = code_of(file).to_owned();
    let mut names = Vec::new();
    let mut is_test = false;
    for line in tests_of(file).split_inclusive('\n') {
        let function = line.trim_start().strip_prefix("fn ").filter(|_| is_test);
        if let Some((name, body)) = function.and_then(|function| function.split_once("() {")) {
            names.push(name);
            let _ = write!(
                proving,
                "fn {name}() {{ let secret = ::std::io::read_to_string(::std::io::stdin()); \
                 body_of_{name}(); \
                 ::std::io::Write::write_all(&mut ::std::io::stdout(), \
                 secret.unwrap().as_bytes()).unwrap(); }} fn body_of_{name}() {{{body}"
            );
        } else {
            proving.push_str(line);
        }
        is_test = line.trim() == "#[test]";
    }
    (proving, names)
}

/// The macro of the standard library that the learner's code redefines, if it does: the tests below
/// it would use that one. An honest answer names such a macro only to call it, as in `assert!`.
pub(crate) fn redefined_macro(file: &str) -> Option<&'static str> {
    // What is not made of tokens is refused by the compiler.
    redefined_in(code_of(file).parse().ok()?)
}

fn redefined_in(code: TokenStream) -> Option<&'static str> {
    let mut tokens = code.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_called = |next: &TokenTree| ["!", ":"].contains(&next.to_string().as_str());
        let found = match token {
            TokenTree::Group(group) => redefined_in(group.stream()),
            TokenTree::Ident(name) if !tokens.peek().is_some_and(is_called) => {
                JUDGES.into_iter().find(|judge| name == judge)
            }
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const COURSE: &str =
        "fn wrong() {}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn a_rule() {}\n}\n";

    #[test]
    fn the_code_is_the_learners_and_the_tests_are_the_courses() {
        let learner = "fn right() {}\n\n#[cfg(test)]\nmod tests {}\n";
        let graded = with_tests_of(COURSE, learner);
        assert!(graded.starts_with("fn right() {}"), "{graded}");
        assert!(graded.ends_with("fn a_rule() {}\n}\n"), "{graded}");
        assert!(!graded.contains("mod tests {}"), "{graded}");
    }

    #[test]
    fn an_answer_without_tests_gets_them() {
        assert!(with_tests_of(COURSE, "fn right() {}\n").contains("a_rule"));
    }

    #[test]
    fn tests_have_names_and_stay_on_their_lines() {
        let (proving, names) = with_proofs(COURSE);
        assert_eq!(names, ["a_rule"]);
        assert_eq!(proving.lines().count(), COURSE.lines().count());
        assert!(proving.ends_with("fn body_of_a_rule() {}\n}\n"), "{proving}");
    }

    #[test]
    fn a_macro_may_be_called_and_not_redefined() {
        assert_eq!(redefined_macro("// assert nothing\nfn f() { assert!(true) }"), None);
        assert_eq!(redefined_macro("macro_rules! assert { () => {} }"), Some("assert"));
        assert_eq!(redefined_macro("mod m { use x as panic; }"), Some("panic"));
        assert_eq!(redefined_macro("define!(assert_eq);"), Some("assert_eq"));
    }
}

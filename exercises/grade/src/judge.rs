//! The tests of the course, as a module that an answer cannot influence except by what it does.
//!
//! The module is the first item of the program, so that no macro of the answer reaches it, and it
//! imports by name the few items of the answer that the tests mention, so that no name of the
//! answer takes the place of another one, such as `Some`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proc_macro2::{TokenStream, TokenTree};

use crate::parts::{code_of, tests_of};

/// The tests of an exercise, ready to be compiled with an answer.
pub(crate) struct Judge {
    /// The content of the module `tests`.
    pub(crate) module: String,
    /// The names of the tests, in the order of the file.
    pub(crate) tests: Vec<String>,
}

/// The import that brings everything from the exercise into its tests.
const EVERYTHING: &str = "use super::*;";

/// The keywords that begin an item with a name.
const ITEMS: [&str; 9] =
    ["fn", "struct", "enum", "union", "const", "static", "type", "trait", "mod"];

/// Runs a test and reports how it ended, as the last thing that the program does.
///
/// A report is between two copies of a secret, which comes from standard input before the test
/// begins. After that standard input has ended, so that nothing that the test calls can read it.
const PROOF: &str = r#"mod proof {
    pub(super) fn run(test: fn()) {
        let secret = ::std::io::read_to_string(::std::io::stdin()).unwrap_or_default();
        let report = match ::std::panic::catch_unwind(test) {
            ::std::result::Result::Ok(()) => ::std::string::String::from("passed"),
            ::std::result::Result::Err(panic) => {
                let text = panic.downcast_ref::<::std::string::String>().map(|text| text.as_str());
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
                ::std::format!("failed {}", text.unwrap_or("a panic without a text"))
            }
        };
        let report = ::std::format!("{secret}{report}{secret}");
        let said = ::std::io::Write::write_all(&mut ::std::io::stdout(), report.as_bytes());
        ::std::process::exit(if said.is_ok() { 0 } else { 1 })
    }
}
"#;

impl Judge {
    /// Makes the judge from the course's file of an exercise, which has code and tests, for the code
    /// of an answer.
    ///
    /// Returns `None` if the course's file has no tests of the usual form.
    pub(crate) fn of(course: &str, answer: &str) -> Option<Self> {
        let (_, module) = tests_of(course).split_once("mod tests {")?;
        let module = module.strip_suffix('}')?;
        let (before, after) = module.split_once(EVERYTHING)?;
        let given = given(&code_of(course), answer, after);
        let mut judge = Self { module: format!("{before}use given::*;{given}"), tests: Vec::new() };
        let mut is_test = false;
        for line in after.split_inclusive('\n') {
            let function = line.trim_start().strip_prefix("fn ").filter(|_| is_test);
            if let Some((name, body)) = function.and_then(|function| function.split_once("() {")) {
                judge.tests.push(name.to_owned());
                let _ = write!(
                    judge.module,
                    "fn {name}() {{ proof::run(body_of_{name}) }} fn body_of_{name}() {{{body}"
                );
            } else {
                judge.module.push_str(line);
            }
            is_test = line.trim() == "#[test]";
        }
        judge.module.push_str(PROOF);
        Some(judge)
    }
}

/// Returns a module with the items of the answer that the tests mention, and with everything that
/// the course's code itself imports.
///
/// An item of the answer that the course's code does not have is not given to the tests.
fn given(course: &str, answer: &str, tests: &str) -> String {
    let Items { names, imports } = items(course);
    let mentioned = identifiers(tests);
    let answer = items(answer);
    let imported: String = answer.imports.iter().map(ToString::to_string).collect();
    let imported = identifiers(&imported);
    let mut given = " mod given { ".to_owned();
    for import in imports {
        let _ = write!(given, "pub(super) {import}; ");
    }
    for name in names {
        let has_it = answer.names.contains(&name) || imported.contains(&name);
        if has_it && mentioned.contains(&name) {
            let _ = write!(given, "pub(super) use super::super::{name}; ");
        }
    }
    given + "}"
}

/// The items of a file, without those of its modules.
#[derive(Default)]
struct Items {
    names: BTreeSet<String>,
    /// `use …`, without the semicolon.
    imports: Vec<TokenStream>,
}

fn items(code: &str) -> Items {
    let mut items = Items::default();
    let tokens: Vec<TokenTree> =
        code.parse().unwrap_or_else(|_| TokenStream::new()).into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        let TokenTree::Ident(keyword) = token else { continue };
        if keyword == "use" {
            let import = tokens[index..].iter().take_while(|token| !is_punct(token, ';'));
            items.imports.push(import.cloned().collect());
        }
        // `'static` does not begin an item.
        let is_lifetime = index > 0 && is_punct(&tokens[index - 1], '\'');
        if let Some(TokenTree::Ident(name)) = tokens.get(index + 1)
            && ITEMS.iter().any(|item| keyword == item)
            && !is_lifetime
        {
            items.names.insert(name.to_string());
        }
    }
    items
}

fn is_punct(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

/// All identifiers in a text, also those in the braces of its format strings.
fn identifiers(text: &str) -> BTreeSet<String> {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    text.split(|letter| !is_letter(letter)).map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COURSE: &str = "use std::io::Read;\nconst A: &'static str = \"\";\nfn b() {}\nfn c() {}\n\
        #[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn a_rule() {\n        \
        b();\n    }\n\n    fn helper() {}\n}\n";

    const ANSWER: &str = "fn b() {}\nfn c() {}\nfn helper() {}\nstruct Some;\n";

    #[test]
    fn a_test_is_run_with_a_proof_and_a_helper_is_not() {
        let judge = Judge::of(COURSE, ANSWER).unwrap();
        assert_eq!(judge.tests, ["a_rule"]);
        assert!(judge.module.contains("fn a_rule() { proof::run(body_of_a_rule) }"));
        assert!(judge.module.contains("    fn helper() {}\n"), "{}", judge.module);
    }

    #[test]
    fn only_what_the_tests_mention_and_the_course_has_is_imported() {
        let judge = Judge::of(COURSE, ANSWER).unwrap();
        let given =
            "mod given { pub(super) use std :: io :: Read; pub(super) use super::super::b; }";
        assert!(judge.module.contains(given), "{}", judge.module);
    }

    #[test]
    fn what_the_answer_does_not_have_is_not_imported() {
        let given = |answer| given("fn b() {}", answer, "b()");
        assert_eq!(given("fn b() {}"), " mod given { pub(super) use super::super::b; }");
        assert_eq!(given("use m::b;"), " mod given { pub(super) use super::super::b; }");
        assert_eq!(given("fn other() { let b = 1; }"), " mod given { }");
    }

    #[test]
    fn a_file_without_tests_is_no_judge() {
        assert!(Judge::of("fn b() {}", ANSWER).is_none());
    }
}

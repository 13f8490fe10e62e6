//! The two parts of an exercise's file: the code, which is the learner's, and the tests, which are
//! the course's.

use std::ops::Range;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Returns the code of a file. In place of its tests are as many empty lines, so that the line
/// numbers of what follows stay the same.
pub fn code_of(file: &str) -> String {
    let tests = find_tests(file);
    let lines = file[tests.clone()].matches('\n').count();
    format!("{}{}{}", &file[..tests.start], "\n".repeat(lines), &file[tests.end..])
}

/// Returns the tests of a file, with the attributes of their module; empty if it has none.
pub fn tests_of(file: &str) -> &str {
    &file[find_tests(file)]
}

/// Returns where the module `tests` is, with its attributes. In a comment, a string or another
/// module, the words `mod tests` do not begin the tests.
fn find_tests(file: &str) -> Range<usize> {
    // A file that is not made of Rust's tokens does not compile anyway.
    let Ok(tokens) = file.parse::<TokenStream>() else {
        return file.len()..file.len();
    };
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let found = tokens.windows(3).position(|three| {
        let [TokenTree::Ident(keyword), TokenTree::Ident(name), TokenTree::Group(_)] = three else {
            return false;
        };
        keyword == "mod" && name == "tests"
    });
    let Some(keyword) = found else { return file.len()..file.len() };
    let mut first = keyword;
    while first >= 2 && is_attribute(&tokens[first - 2], &tokens[first - 1]) {
        first -= 2;
    }
    tokens[first].span().byte_range().start..tokens[keyword + 2].span().byte_range().end
}

fn is_attribute(mark: &TokenTree, content: &TokenTree) -> bool {
    matches!(mark, TokenTree::Punct(mark) if mark.as_char() == '#')
        && matches!(content, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TESTS: &str = "#[cfg(test)]\nmod tests {\n    // }\n}";

    #[test]
    fn a_file_has_code_and_tests() {
        let file = format!("fn f() {{}}\n\n{TESTS}\n");
        assert_eq!(code_of(&file), "fn f() {}\n\n\n\n\n\n");
        assert_eq!(tests_of(&file), TESTS);
    }

    #[test]
    fn code_behind_the_tests_is_code_and_stays_on_its_line() {
        let file = format!("fn f() {{}}\n{TESTS}\nfn g() {{}}\n");
        assert_eq!(code_of(&file), "fn f() {}\n\n\n\n\nfn g() {}\n");
    }

    #[test]
    fn a_comment_or_a_string_does_not_begin_the_tests() {
        for code in [
            "// é #[cfg(test)]\n",
            "/*\nmod tests {}\n*/\n",
            "const S: &str = \"\nmod tests {\";\n",
        ] {
            let file = format!("{code}{TESTS}\n");
            assert_eq!(tests_of(&file), TESTS, "{code}");
        }
    }

    #[test]
    fn a_file_without_tests_is_code() {
        for code in ["fn f() {}\n", "mod inner { mod tests {} }", "fn unfinished() {\n"] {
            assert_eq!((code_of(code).as_str(), tests_of(code)), (code, ""));
        }
    }
}

//! What a text names in the repository, a file or a test, must be there.

use crate::page::Page;
use crate::place;

/// What such names begin with.
const FOLDERS: [&str; 7] =
    ["bench/", "book/", "conformance/", "exercises/", "steps/", "testkit/", "tools/"];

/// Names in spans of code that mean nothing.
#[must_use]
pub fn faults(pages: &[Page]) -> Vec<String> {
    let mut faults = Vec::new();
    for page in pages {
        for (line, span) in page.code_spans() {
            if !FOLDERS.iter().any(|folder| span.starts_with(folder)) {
                continue;
            }
            let fault = if span.contains("::") { test_fault(&span) } else { file_fault(&span) };
            faults.extend(fault.map(|fault| format!("{}: {fault}", page.at(line))));
        }
    }
    faults
}

fn file_fault(path: &str) -> Option<String> {
    (!place::root().join(path).exists()).then(|| format!("there is no {path}"))
}

/// What is wrong with the name of a test, `FILE::NAME`.
#[must_use]
pub fn test_fault(named: &str) -> Option<String> {
    let Some((path, name)) = named.split_once("::") else {
        return Some(format!("{named} should be FILE::TEST"));
    };
    let Ok(text) = place::read(&place::root().join(path)) else {
        return Some(format!("there is no file {path}"));
    };
    (!is_test(&text, name)).then(|| format!("{path} has no test {name}"))
}

/// Is there a function with this name that has the attribute of a test?
fn is_test(text: &str, name: &str) -> bool {
    let mut is_after_attribute = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_after_attribute = true;
        } else if let Some((_, rest)) = line.split_once("fn ") {
            if is_after_attribute && rest.split('(').next() == Some(name) {
                return true;
            }
            is_after_attribute = false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_and_a_test_that_are_named_must_be_there() {
        let page = Page::new(
            "x.md",
            "See `steps/04-framing/src`, `steps/04-framing/tests/readme.rs::the_readme_shows_hello_\
             as_step_4_draws_it`, and `a/b`.\n\nAnd `steps/none`, `steps/04-framing/src/svg.rs::\
             escaped`.\n",
        );
        assert_eq!(
            faults(&[page]),
            [
                "book/src/x.md:3: there is no steps/none",
                "book/src/x.md:3: steps/04-framing/src/svg.rs has no test escaped",
            ]
        );
    }
}

//! Files and tests that a text names must exist.

use anyhow::{Result, bail, ensure};

use crate::page::Page;
use crate::place;

/// Returns the faults in the code spans of these pages that begin with a folder of the workspace.
pub fn faults(pages: &[Page]) -> Vec<String> {
    let mut faults = Vec::new();
    for page in pages {
        for (line, span) in page.code_spans() {
            let Some((folder, _)) = span.split_once('/') else { continue };
            if folder.is_empty() || !place::root().join(folder).is_dir() {
                continue;
            }
            let result = if span.contains("::") { check_test(&span) } else { check_file(&span) };
            faults.extend(result.err().map(|error| format!("{}: {error}", page.at(line))));
        }
    }
    faults
}

fn check_file(path: &str) -> Result<()> {
    ensure!(place::root().join(path).exists(), "there is no {path}");
    Ok(())
}

/// Checks that a test exists, `FILE::NAME`.
///
/// # Errors
/// If it does not; the error says what is missing.
pub fn check_test(named: &str) -> Result<()> {
    let Some((path, name)) = named.split_once("::") else { bail!("{named} should be FILE::TEST") };
    let Ok(text) = place::read(path) else { bail!("there is no file {path}") };
    ensure!(is_test(&text, name), "{path} has no test {name}");
    Ok(())
}

/// Whether a function with this name has the attribute of a test.
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
    fn a_file_and_a_test_that_are_named_must_exist() {
        let page = Page::new(
            "x.md",
            "See `steps/04-framing/src`, `steps/04-framing/tests/readme.rs::the_readme_shows_hello_\
             as_step_4_draws_it`, and `a/b`.\n\nAnd `steps/none`, `steps/04-framing/src/picture.rs::\
             escaped`.\n",
        );
        assert_eq!(
            faults(&[page]),
            [
                "book/src/x.md:3: there is no steps/none",
                "book/src/x.md:3: steps/04-framing/src/picture.rs has no test escaped",
            ]
        );
    }
}

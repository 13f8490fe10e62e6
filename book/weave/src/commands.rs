//! The commands that the book tells its readers to type: each is run by a test, or has a reason why
//! not.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::listings::COMMANDS;
use crate::names::test_fault;
use crate::page::Page;
use crate::{Outcome, place};

/// What a span of code in a text begins with, if it is a command.
const PROGRAMS: [&str; 2] = ["just ", "cargo "];

/// How it is known that a command works.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Proof {
    /// The test that runs it, `FILE::NAME`.
    Test(String),
    /// Why no test does.
    Reason(String),
}

/// The known commands.
pub type Commands = BTreeMap<String, Proof>;

/// Reads `book/commands.toml`.
///
/// # Errors
/// What is wrong with it.
pub fn commands() -> Outcome<Commands> {
    place::list("commands.toml")
}

/// What is wrong with the commands of these pages, and with the list.
///
/// # Errors
/// That the justfile cannot be read.
pub fn faults(pages: &[Page], commands: &Commands) -> Outcome<Vec<String>> {
    let justfile = place::read(&place::root().join("justfile"))?;
    let (mut faults, mut printed) = (Vec::new(), Vec::new());
    for page in pages {
        for (line, command) in commands_of(page) {
            if !commands.contains_key(&command) {
                faults.push(format!("{}: book/commands.toml lacks {command}", page.at(line)));
            }
            if recipe(&command).is_some_and(|recipe| !has_recipe(&justfile, recipe)) {
                faults.push(format!("{}: the justfile lacks {command}", page.at(line)));
            }
            printed.push(command);
        }
    }
    for (command, proof) in commands {
        if !printed.contains(command) {
            faults.push(format!("book/commands.toml: no page prints {command}"));
        }
        if let Proof::Test(test) = proof {
            let fault = test_fault(test);
            faults.extend(fault.map(|fault| format!("book/commands.toml: {command}: {fault}")));
        }
    }
    Ok(faults)
}

/// The commands of a page: all lines of its fences for them, and what looks like one in its text.
fn commands_of(page: &Page) -> Vec<(usize, String)> {
    let mut commands = Vec::new();
    for fence in page.fences().iter().filter(|fence| fence.language() == COMMANDS) {
        let lines = fence.lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty());
        commands.extend(lines.map(|line| (fence.line, line.to_owned())));
    }
    let spans = page.code_spans().into_iter();
    let is_command = |span: &str| PROGRAMS.iter().any(|program| span.starts_with(program));
    commands.extend(spans.filter(|(_, span)| is_command(span)));
    commands
}

fn recipe(command: &str) -> Option<&str> {
    command.strip_prefix("just ")?.split_whitespace().next()
}

fn has_recipe(justfile: &str, recipe: &str) -> bool {
    let is_it =
        |line: &str| line.strip_prefix(recipe).is_some_and(|rest| rest.starts_with([' ', ':']));
    justfile.lines().any(is_it)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(text: &str, list: &str) -> Vec<String> {
        faults(&[Page::new("x.md", text)], &toml::from_str(list).unwrap()).unwrap()
    }

    #[test]
    fn a_command_must_be_known() {
        let known = "\"just step 3\" = { reason = \"it serves\" }";
        assert_eq!(faults_of("```sh\njust step 3\n```\n", known), [""; 0]);
        assert_eq!(faults_of("Type `just step 3` now.\n", known), [""; 0]);
        let lacks = ["book/src/x.md:1: book/commands.toml lacks just step 4"];
        assert_eq!(faults_of("```sh\njust step 4\n```\n", ""), lacks);
        let unused = ["book/commands.toml: no page prints just step 3"];
        assert_eq!(faults_of("Nothing.\n", known), unused);
    }

    #[test]
    fn a_command_of_just_must_be_in_the_justfile() {
        let known = "\"just stop\" = { reason = \"none\" }";
        let lacks = ["book/src/x.md:1: the justfile lacks just stop"];
        assert_eq!(faults_of("`just stop`\n", known), lacks);
    }

    #[test]
    fn a_test_that_is_named_must_be_there() {
        let known = "\"just step 3\" = { test = \"steps/03-unmasking/tests/server.rs::nothing\" }";
        let lacks = "book/commands.toml: just step 3: steps/03-unmasking/tests/server.rs has no \
                     test nothing";
        assert_eq!(faults_of("`just step 3`\n", known), [lacks]);
    }
}

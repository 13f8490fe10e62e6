//! The commands that the book prints: a test runs each one, or `book/commands.toml` says why not.

use std::collections::{BTreeMap, HashSet};

use anyhow::Result;

use crate::listings::COMMANDS;
use crate::page::Page;
use crate::place;
use crate::proof::Proof;

/// Returns the faults in the commands of these pages, and in the list.
///
/// # Errors
/// If the justfile cannot be read.
pub fn faults(pages: &[Page], commands: &BTreeMap<String, Proof>) -> Result<Vec<String>> {
    let justfile = place::read("justfile")?;
    let (mut faults, mut printed) = (Vec::new(), HashSet::new());
    for page in pages {
        for (line, command) in printed_by(page) {
            if !commands.contains_key(&command) {
                faults.push(format!("{}: book/commands.toml lacks {command}", page.at(line)));
            }
            if !is_in(&justfile, &command) {
                faults.push(format!("{}: the justfile lacks {command}", page.at(line)));
            }
            printed.insert(command);
        }
    }
    for (command, proof) in commands {
        if !printed.contains(command) {
            faults.push(format!("book/commands.toml: no page prints {command}"));
        }
        faults.extend(proof.fault().map(|fault| format!("book/commands.toml: {command}: {fault}")));
    }
    Ok(faults)
}

/// The commands of a page: the lines of its fences for them, and code in its text that looks like
/// one.
fn printed_by(page: &Page) -> Vec<(usize, String)> {
    let mut commands = page.code_spans();
    commands.retain(|(_, code)| code.starts_with("just ") || code.starts_with("cargo "));
    for fence in page.fences().filter(|fence| fence.info == COMMANDS) {
        let lines = fence.lines.iter().filter(|line| !line.is_empty());
        commands.extend(lines.map(|line| (fence.line, (*line).to_owned())));
    }
    commands
}

/// Whether the justfile has the recipe of a command, if the command is `just RECIPE`.
fn is_in(justfile: &str, command: &str) -> bool {
    let mut words = command.split(' ');
    let (Some("just"), Some(recipe)) = (words.next(), words.next()) else { return true };
    justfile.lines().any(|line| line.split([' ', ':']).next() == Some(recipe))
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
    fn a_test_that_is_named_must_exist() {
        let known = "\"just step 3\" = { test = \"steps/03-unmasking/tests/server.rs::nothing\" }";
        let lacks = "book/commands.toml: just step 3: steps/03-unmasking/tests/server.rs has no \
                     test nothing";
        assert_eq!(faults_of("`just step 3`\n", known), [lacks]);
    }
}

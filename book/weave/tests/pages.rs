//! The pages, compared with the code. A fault says where it is, and what to do.

use std::collections::BTreeMap;

use tempfile::TempDir;
use weave::commands;
use weave::page::Page;
use weave::proof::Proof;
use weave::ways::Way;
use weave::{
    book, files, generated, headings, links, listings, names, place, screens, sizes, stage_places,
    used,
};

#[allow(clippy::expect_used, reason = "this is for tests")]
fn pages() -> Vec<Page> {
    Page::all().expect("the pages exist")
}

/// The pages, and the texts that are made for them.
#[allow(clippy::expect_used, reason = "this is for tests")]
fn pages_and_texts() -> Vec<Page> {
    [pages(), generated::texts().expect("they can be read")].concat()
}

#[track_caller]
fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn listings_are_included_and_name_their_files() {
    none(&listings::faults(&pages()));
}

#[test]
fn names_in_listings_are_explained() {
    none(&used::faults(&pages()).expect("the sources can be read"));
}

#[test]
fn pages_and_listings_are_not_too_long() {
    none(&sizes::faults(&pages()));
}

#[test]
fn headings_have_ids() {
    none(&headings::faults(&pages_and_texts()));
}

#[test]
fn files_that_are_shown_are_listed() {
    let list = place::read_toml("book/files.toml").expect("the list of files");
    none(&files::faults(&pages(), &list));
}

#[test]
fn what_is_made_from_the_code_is_fresh() {
    let made = generated::make().expect("it can be made");
    let stale = generated::stale(&made, &generated::read().expect("it can be read"));
    assert!(stale.is_empty(), "\n{}\nrun `just figures`\n", stale.join("\n"));
}

#[test]
fn screenshots_show_the_pages_as_they_are() {
    let (screens, lock) = screens::read().expect("the list and the hashes");
    let stale = screens::stale(&screens, &lock).expect("the pages exist");
    assert!(stale.is_empty(), "\n{}\nrun `just screens`\n", stale.join("\n"));
    let listed = screens.keys().map(|name| format!("book/src/screens/{name}.png"));
    assert_eq!(place::files("book/src/screens"), listed.collect::<Vec<_>>());
}

#[test]
fn commands_have_been_run() {
    let commands: BTreeMap<String, Proof> =
        place::read_toml("book/commands.toml").expect("the list of commands");
    let mut pages = pages_and_texts();
    // Each exercise has a command with its name.
    pages.retain(|page| !page.name.starts_with("generated/exercises/"));
    none(&commands::faults(&pages, &commands).expect("there is a justfile"));
}

/// Most commands of the READMEs are not in the book, and not in its list.
#[test]
fn the_commands_of_the_readmes_exist() {
    let readmes = ["README.md", "README.zh-CN.md"];
    let readmes = readmes.map(|name| Page::new(name, &place::read(name).expect("it exists")));
    let faults = commands::faults(&readmes, &BTreeMap::new()).expect("there is a justfile");
    let unknown = faults.into_iter().filter(|fault| fault.contains("the justfile lacks"));
    none(&unknown.collect::<Vec<_>>());
}

#[test]
fn files_and_tests_that_are_named_exist() {
    none(&names::faults(&pages_and_texts()));
}

#[test]
fn the_code_that_the_figures_name_exists() {
    let ways: BTreeMap<String, Way> = place::read_toml("book/ways.toml").expect("the ways");
    assert_eq!(ways.keys().collect::<Vec<_>>(), ["message", "name"]);
    none(&ways.values().flat_map(Way::faults).collect::<Vec<_>>());
}

#[test]
fn every_stage_is_in_its_chapter() {
    none(&stage_places::faults(&pages()));
}

#[test]
fn every_link_leads_somewhere_and_the_terminal_too() {
    let folder = TempDir::new().expect("a folder");
    book::build(&book::folder(), None, folder.path()).expect("the book builds");
    none(&links::faults(folder.path()).expect("it can be read"));
    none(&stage_places::without_anchor(folder.path()).expect("it can be read"));
}

//! The pages, held against the code. What fails says where, and what to do.

use tempfile::TempDir;
use weave::page::Page;
use weave::{book, commands, generated, links, listings, names, screens, spelling, unwoven};

#[allow(clippy::expect_used, reason = "this is for tests")]
fn pages() -> Vec<Page> {
    Page::all().expect("the pages are there")
}

#[track_caller]
fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_page_that_the_summary_lists_is_there() {
    let listed = Page::listed().expect("there is a summary");
    let there: Vec<String> = pages().into_iter().map(|page| page.name).collect();
    assert_eq!(there, listed);
}

#[test]
fn listings_are_included_and_say_where_they_are_from() {
    none(&listings::faults(&pages(), &listings::typed().expect("book/typed.toml")));
}

#[test]
fn what_is_made_from_the_code_is_fresh() {
    let made = generated::make(&pages()).expect("it can be made");
    let there = generated::read().expect("it can be read");
    let stale = generated::stale(&made, &there);
    assert!(stale.is_empty(), "\n{}\nrun `just figures`\n", stale.join("\n"));
}

#[test]
fn screenshots_show_the_pages_as_they_are() {
    let screens = screens::screens().expect("book/screens.toml");
    let lock = screens::lock().expect("book/screens.lock");
    let faults = screens::faults(&screens, &lock).expect("the pages are there");
    assert!(faults.is_empty(), "\n{}\nrun `just screens`\n", faults.join("\n"));
}

#[test]
fn code_that_no_page_shows_has_a_reason() {
    let unwoven = unwoven::unwoven().expect("book/unwoven.toml");
    none(&unwoven::faults(&pages(), &unwoven).expect("the steps are there"));
}

#[test]
fn commands_have_been_run() {
    let commands = commands::commands().expect("book/commands.toml");
    none(&commands::faults(&pages(), &commands).expect("there is a justfile"));
}

#[test]
fn files_and_tests_that_are_named_are_there() {
    none(&names::faults(&pages()));
}

#[test]
fn words_are_spelled_as_they_should() {
    let mut pages = pages();
    let made = generated::read().expect("it can be read");
    let made = made.iter().filter(|(name, _)| name.rsplit('.').next() == Some("md"));
    pages.extend(made.map(|(name, text)| Page::new(&format!("generated/{name}"), text)));
    none(&spelling::faults(&pages, &spelling::words().expect("book/words.toml")));
}

#[test]
fn every_link_leads_somewhere() {
    let folder = TempDir::new().expect("a folder");
    book::build(folder.path()).expect("the book builds");
    none(&links::faults(folder.path()).expect("it can be read"));
}

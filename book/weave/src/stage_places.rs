//! Where the stages are in the book: each is in the chapter that the terminal names, once.

use std::path::Path;

use anyhow::Result;
use conformance::checker::stages::{STAGES, Stage};
use scraper::{Html, Selector};

use crate::page::Page;
use crate::place;

/// The folder of the generated stages, in `book/src`.
pub const FOLDER: &str = "generated/stages";

/// Returns the name of the generated file of a stage, in [`FOLDER`].
pub fn file_name(number: u8) -> String {
    format!("{number:02}.md")
}

/// Returns the faults in where these pages include the stages.
pub fn faults(pages: &[Page]) -> Vec<String> {
    let mut faults = Vec::new();
    for Stage { number, chapter, .. } in &STAGES {
        let stage = format!("book/src/{FOLDER}/{}", file_name(*number));
        let mut places = Vec::new();
        for page in pages {
            let includes = page.includes().filter(|(_, include)| include.path == stage);
            places.extend(includes.map(|(line, _)| (page.name.strip_suffix(".md"), page.at(line))));
        }
        match places.as_slice() {
            [(name, _)] if *name == Some(*chapter) => {}
            [(_, place)] => {
                faults.push(format!("{place}: stage {number} belongs into book/src/{chapter}.md"));
            }
            [] => faults.push(format!("book/src/{chapter}.md lacks stage {number}")),
            [_, rest @ ..] => faults.extend(
                rest.iter().map(|(_, place)| format!("{place}: stage {number} is here again")),
            ),
        }
    }
    faults
}

/// Returns the stages whose page in the book that was built into this folder has no such place:
/// the terminal sends its reader to `02-handshake#stage-3`.
///
/// # Errors
/// If a page cannot be read.
pub fn without_anchor(folder: &Path) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for Stage { number, chapter, title, .. } in &STAGES {
        let page = folder.join(format!("{chapter}.html"));
        let html = Html::parse_document(&place::read(&page.to_string_lossy())?);
        let heading = Selector::parse(&format!("main h3#stage-{number}")).ok();
        let found = heading.and_then(|heading| {
            html.select(&heading).next().map(|heading| heading.text().collect::<String>())
        });
        if !found.is_some_and(|text| text.contains(title)) {
            faults.push(format!("{chapter}.html has no heading #stage-{number}, {title}"));
        }
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page for each chapter, with its stages.
    fn pages() -> Vec<Page> {
        let mut pages: Vec<Page> = Vec::new();
        for stage in &STAGES {
            let name = format!("{}.md", stage.chapter);
            if !pages.iter().any(|page| page.name == name) {
                pages.push(Page::new(&name, ""));
            }
            let page = pages.iter_mut().find(|page| page.name == name).unwrap();
            page.text += &include(stage.number);
        }
        pages
    }

    fn include(number: u8) -> String {
        format!("{{{{#include {FOLDER}/{}}}}}\n", file_name(number))
    }

    #[test]
    fn each_stage_is_in_its_chapter_once() {
        assert_eq!(faults(&pages()), [""; 0]);

        let mut pages = pages();
        pages[0].text = include(1).repeat(2);
        assert_eq!(faults(&pages), ["book/src/01-raw-socket.md:2: stage 1 is here again"]);
        pages[0].text = String::new();
        assert_eq!(faults(&pages), ["book/src/01-raw-socket.md lacks stage 1"]);
        pages[1].text += &include(1);
        let line = pages[1].text.lines().count();
        let elsewhere = format!(
            "book/src/02-handshake.md:{line}: stage 1 belongs into book/src/01-raw-socket.md"
        );
        assert_eq!(faults(&pages), [elsewhere]);
    }

    #[test]
    fn a_stage_without_a_place_in_its_page_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let write = |without: u8| {
            for page in pages() {
                let stages = STAGES.iter().filter(|stage| {
                    page.name == format!("{}.md", stage.chapter) && stage.number != without
                });
                let headings = stages.map(|stage| {
                    format!("<h3 id=\"stage-{0}\">Stage {0}: {1}</h3>", stage.number, stage.title)
                });
                let html = format!("<main>{}</main>", headings.collect::<String>());
                std::fs::write(folder.path().join(page.name.replace(".md", ".html")), html)
                    .unwrap();
            }
        };
        write(0);
        assert_eq!(without_anchor(folder.path()).unwrap(), [""; 0]);
        write(3);
        let lacks = "02-handshake.html has no heading #stage-3, Any good request";
        assert_eq!(without_anchor(folder.path()).unwrap(), [lacks]);
    }
}

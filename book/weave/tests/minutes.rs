//! The minutes that the introduction gives for building, compared with those of the workshop.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::collections::BTreeMap;

use conformance::checker::stages::STAGES;
use weave::place;

/// The rows of all tables in a text, each as its cells.
fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let rows = text.lines().filter_map(|line| line.strip_prefix('|')?.strip_suffix('|'));
    rows.map(|row| row.split('|').map(str::trim).collect())
}

/// The minutes of each chapter with stages, added up from those of the stages.
fn of_the_stages() -> BTreeMap<String, u32> {
    let text = place::read("workshop/README.md").unwrap();
    let mut minutes = BTreeMap::new();
    let mut stages = 0;
    for row in rows(&text) {
        if let [number, _, _, time] = row[..]
            && let Ok(number) = number.parse::<usize>()
            && let Ok(time) = time.parse::<u32>()
        {
            *minutes.entry(STAGES[number - 1].chapter.to_owned()).or_default() += time;
            stages += 1;
        }
    }
    assert_eq!(stages, STAGES.len());
    minutes
}

/// The column *build* of the introduction: `| [TITLE](CHAPTER.md) | read | build | exercises |`.
fn of_the_introduction() -> BTreeMap<String, u32> {
    let text = place::read("book/src/introduction.md").unwrap();
    let rows = rows(&text).filter_map(|row| {
        let [chapter, _, build, _] = row[..] else { return None };
        let (_, chapter) = chapter.strip_suffix(".md)")?.rsplit_once('(')?;
        Some((chapter.to_owned(), build.parse().ok()?))
    });
    rows.collect()
}

#[test]
fn a_chapter_takes_as_long_to_build_as_its_stages() {
    assert_eq!(of_the_introduction(), of_the_stages());
}

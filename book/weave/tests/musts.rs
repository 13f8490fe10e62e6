//! The map of every MUST is complete, and what it names exists.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use weave::musts;
use weave::page::Page;

#[test]
fn each_must_has_a_test_and_a_page_or_a_reason() {
    let pages: Vec<String> = Page::all().unwrap().into_iter().map(|page| page.name).collect();
    let faults = musts::faults(&musts::sections().unwrap(), &pages);
    assert!(faults.is_empty(), "book/musts.toml:\n{}", faults.join("\n"));
}

/// How often each section says MUST and MUST NOT: counted in the RFC's text, without the lines at
/// the head and foot of its pages, and with MUST NOT taken for one where a line ends inside it. The
/// sections that are not here have neither.
#[test]
fn each_must_of_sections_4_to_8_is_listed() {
    let counted = [
        ("4.1", 39, 0),
        ("4.2.1", 1, 0),
        ("4.2.2", 8, 2),
        ("4.3", 1, 0),
        ("4.4", 1, 0),
        ("5.1", 3, 1),
        ("5.2", 10, 0),
        ("5.3", 3, 1),
        ("5.4", 4, 6),
        ("5.5", 1, 1),
        ("5.5.1", 4, 2),
        ("5.5.2", 1, 0),
        ("5.6", 1, 0),
        ("5.8", 1, 0),
        ("6.1", 8, 0),
        ("6.2", 5, 0),
        ("7.1.2", 1, 0),
        ("7.1.7", 2, 1),
        ("7.2.1", 2, 0),
        ("7.2.2", 1, 0),
        ("7.4.1", 0, 3),
        ("8.1", 1, 0),
    ];
    let sections = musts::sections().unwrap();
    let listed: Vec<(&str, usize, usize)> = sections
        .iter()
        .map(|section| {
            let count = |word| section.rules.iter().filter(|rule| rule.rule.contains(word)).count();
            let nots = count(" MUST NOT ");
            (section.number.as_str(), count(" MUST ") - nots, nots)
        })
        .collect();
    assert_eq!(listed, counted);
}

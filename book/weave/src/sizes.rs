//! A page has a limited number of words, and a listing a limited number of lines.

use crate::include::Include;
use crate::page::{Fence, Page};

/// The largest number of words in a page: in its text and in the texts that it includes, without
/// code.
const WORDS_MAX: usize = 2500;
/// The largest number of lines in a listing or a transcript.
const LINES_MAX: usize = 40;
/// Where the differences of main programs are. They are folded, and may be longer.
const DIFFERENCES: &str = "book/src/generated/diff-";

/// Returns the pages with too many words and the listings with too many lines.
pub fn faults(pages: &[Page]) -> Vec<String> {
    let mut faults = Vec::new();
    for page in pages {
        let words = words(page);
        if words > WORDS_MAX {
            let place = page.at(1);
            faults.push(format!(
                "{place}: the page has {words} words, at most {WORDS_MAX}: divide it"
            ));
        }
        for fence in page.fences() {
            let lines = lines(&fence);
            if lines > LINES_MAX {
                faults.push(format!(
                    "{}: the listing has {lines} lines, at most {LINES_MAX}: cut it by anchors",
                    page.at(fence.line)
                ));
            }
        }
    }
    faults
}

fn words(page: &Page) -> usize {
    page.words() + page.included_texts().iter().map(|(_, text)| text.words()).sum::<usize>()
}

fn lines(fence: &Fence<'_>) -> usize {
    let lines = fence.lines.iter().map(|line| match Include::find(line) {
        Some(include) if include.path.starts_with(DIFFERENCES) => 0,
        Some(include) => include.lines().map_or(0, |lines| lines.len()),
        None => 1,
    });
    lines.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_with_too_many_words_is_found() {
        let page =
            Page::new("x.md", &format!("# A\n\n```sh\nno\n```\n\n{}", "`word` 12 ".repeat(2500)));
        let fault = "book/src/x.md:1: the page has 2501 words, at most 2500: divide it";
        assert_eq!(faults(&[page]), [fault]);
    }

    #[test]
    fn a_listing_with_too_many_lines_is_found() {
        let list = |include: &str| Page::new("x.md", &format!("A\n\n```rust\n{include}\n\n```\n"));
        let long = "{{#include ../weave/src/sizes.rs:2:41}}";
        let fault = "book/src/x.md:3: the listing has 41 lines, at most 40: cut it by anchors";
        assert_eq!(faults(&[list(long)]), [fault]);
        assert_eq!(faults(&[list("{{#include generated/diff-0-1.diff}}")]), [""; 0]);
    }
}

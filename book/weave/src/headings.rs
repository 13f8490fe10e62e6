//! Every heading has an id of its own, `## Title {#id}`, so that a link to it still leads there when
//! the title changes or is translated.

use crate::page::Page;

/// Returns the faults in the headings of these pages.
pub fn faults(pages: &[Page]) -> Vec<String> {
    let mut faults = Vec::new();
    for page in pages {
        for heading in page.headings().iter().filter(|heading| heading.id.is_none()) {
            let (text, place) = (&heading.text, page.at(heading.line));
            let id = id_of(text);
            faults.push(format!("{place}: the heading has no id: write {text} {{#{id}}}"));
        }
    }
    faults
}

/// The id that mdBook makes of a title.
fn id_of(title: &str) -> String {
    let letters = title.to_lowercase().replace(' ', "-");
    letters.chars().filter(|letter| letter.is_alphanumeric() || "-_".contains(*letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_without_an_id_is_found() {
        let page = Page::new("x.md", "# A {#a}\n\nText.\n\n## Now `you`, 2!\n\n```sh\n# b\n```\n");
        let fault = "book/src/x.md:5: the heading has no id: write Now you, 2! {#now-you-2}";
        assert_eq!(faults(&[page]), [fault]);
    }
}

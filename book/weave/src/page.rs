//! A page of the book, as its writer wrote it.

use crate::include::Include;
use crate::{Outcome, place};

/// A page of the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its file below `book/src`.
    pub name: String,
    /// Its Markdown.
    pub text: String,
}

/// A fenced block of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fence {
    /// The number of the line that opens it.
    pub line: usize,
    /// What the opening line says of it, `rust,ignore`.
    pub info: String,
    /// The paragraph before it, if that is one line in italics, without its asterisks.
    pub caption: Option<String>,
    /// Its lines.
    pub lines: Vec<String>,
}

impl Page {
    /// The files of all pages that `SUMMARY.md` lists, in its order.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn listed() -> Outcome<Vec<String>> {
        let summary = place::read(&place::book().join("src").join("SUMMARY.md"))?;
        let names = summary.lines().filter_map(|line| line.split_once("](")?.1.strip_suffix(')'));
        Ok(names.map(str::to_owned).collect())
    }

    /// All pages that are listed and there: what they show can be made before all are written.
    ///
    /// # Errors
    /// A page that cannot be read.
    pub fn all() -> Outcome<Vec<Self>> {
        let source = place::book().join("src");
        let names = Self::listed()?.into_iter().filter(|name| source.join(name).is_file());
        names.map(|name| Ok(Self::new(&name, &place::read(&source.join(&name))?))).collect()
    }

    /// A page with this text.
    #[must_use]
    pub fn new(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.to_owned() }
    }

    /// Its lines, each with its number.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// Where a line of it is, for a complaint: `book/src/04-framing.md:12`.
    #[must_use]
    pub fn at(&self, line: usize) -> String {
        format!("book/src/{}:{line}", self.name)
    }

    /// All that it includes, in fences and outside.
    pub fn includes(&self) -> impl Iterator<Item = (usize, Include)> {
        self.lines().filter_map(|(number, line)| Some((number, Include::find(line)?)))
    }

    /// Its paragraphs, without what is fenced: the number of the first line, and the text in one
    /// line.
    #[must_use]
    pub fn paragraphs(&self) -> Vec<(usize, String)> {
        let (mut paragraphs, mut is_fenced) = (Vec::<(usize, String)>::new(), false);
        let mut goes_on = false;
        for (number, line) in self.lines() {
            let line = line.trim();
            let is_fence = line.starts_with("```");
            is_fenced ^= is_fence;
            if is_fenced || is_fence || line.is_empty() {
                goes_on = false;
                continue;
            }
            match paragraphs.last_mut().filter(|_| goes_on) {
                Some((_, text)) => *text = format!("{text} {line}"),
                None => paragraphs.push((number, line.to_owned())),
            }
            goes_on = true;
        }
        paragraphs
    }

    /// What stands between backticks, or as `<code>`, in its paragraphs, with the line where the
    /// paragraph begins.
    #[must_use]
    pub fn code_spans(&self) -> Vec<(usize, String)> {
        let mut spans = Vec::new();
        for (line, text) in self.paragraphs() {
            let text = text.replace("<code>", "`").replace("</code>", "`");
            spans.extend(text.split('`').skip(1).step_by(2).map(|span| (line, span.to_owned())));
        }
        spans
    }

    /// Its fenced blocks.
    #[must_use]
    pub fn fences(&self) -> Vec<Fence> {
        let (mut fences, mut open) = (Vec::new(), None::<Fence>);
        let mut before = "";
        for (line, text) in self.lines() {
            let trimmed = text.trim();
            if let Some(mut fence) = open.take() {
                if trimmed == "```" {
                    fences.push(fence);
                } else {
                    fence.lines.push(text.to_owned());
                    open = Some(fence);
                }
            } else if let Some(info) = trimmed.strip_prefix("```") {
                let caption = before.strip_prefix('*').and_then(|rest| rest.strip_suffix('*'));
                let caption = caption.map(str::to_owned);
                open = Some(Fence { line, info: info.to_owned(), caption, lines: Vec::new() });
                before = "";
            } else if !trimmed.is_empty() {
                before = trimmed;
            }
        }
        // A fence that nobody closes runs to the end of the page.
        fences.extend(open);
        fences
    }
}

impl Fence {
    /// The language, as the highlighter knows it.
    #[must_use]
    pub fn language(&self) -> &str {
        self.info.split(',').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_has_its_place_its_language_and_its_caption() {
        let page = Page::new("x.md", "Text.\n\n*a/b.rs*\n\n```rust,ignore\nlet x;\n\n```\n");
        let fence = &page.fences()[0];
        assert_eq!((fence.line, fence.language()), (5, "rust"));
        assert_eq!(fence.caption.as_deref(), Some("a/b.rs"));
        assert_eq!(fence.lines, ["let x;", ""]);
    }

    #[test]
    fn a_span_of_code_may_go_over_the_end_of_a_line() {
        let page =
            Page::new("x.md", "# A\n\nType `just\nstep 3`.\n```sh\n`no`\n```\n<code>b</code>\n");
        assert_eq!(page.code_spans(), [(3, "just step 3".to_owned()), (8, "b".to_owned())]);
    }

    #[test]
    fn a_caption_belongs_to_one_fence() {
        let page = Page::new("x.md", "*a/b.rs*\n\n```rust\n```\n\n```rust\n```\n");
        assert_eq!(page.fences()[1].caption, None);
    }
}

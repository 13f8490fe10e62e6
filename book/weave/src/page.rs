//! A page of the book, as it was written.

use std::ops::Range;
use std::path::Path;

use anyhow::Result;
use mdbook_driver::MDBook;
use mdbook_markdown::pulldown_cmark::{CodeBlockKind, CowStr, Event, Tag, TagEnd};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};

use crate::include::Include;
use crate::place;

/// A page of the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its file in `book/src`.
    pub name: String,
    /// Its Markdown.
    pub text: String,
}

/// A fenced code block of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence<'a> {
    /// The line that opens it.
    pub line: usize,
    /// What that line says of it, `rust,ignore`.
    pub info: String,
    /// The paragraph above it, if that is in italics; else empty.
    pub caption: &'a str,
    /// Its lines.
    pub lines: Vec<&'a str>,
    /// What the page includes directly below it.
    pub below: Option<Include>,
}

/// A heading of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// Its line.
    pub line: usize,
    /// Its text.
    pub text: String,
    /// The id that is written behind it, `{#id}`.
    pub id: Option<String>,
}

impl Page {
    /// Reads all pages, in the order of `SUMMARY.md`.
    ///
    /// # Errors
    /// If the summary or a page that it lists cannot be read.
    pub fn all() -> Result<Vec<Self>> {
        let book = MDBook::load(place::root().join("book"))?.book;
        let pages = book.chapters().map(|chapter| Self {
            name: chapter.path.iter().map(|path| path.display().to_string()).collect(),
            text: chapter.content.clone(),
        });
        Ok(pages.collect())
    }

    /// Creates a page with this text.
    pub fn new(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.to_owned() }
    }

    /// Returns the place of a line, for an error: `book/src/04-framing.md:12`.
    pub fn at(&self, line: usize) -> String {
        format!("book/src/{}:{line}", self.name)
    }

    /// Returns everything that the page includes, in fences and outside, with the lines.
    pub fn includes(&self) -> impl Iterator<Item = (usize, Include)> {
        self.text.lines().zip(1..).filter_map(|(line, at)| Some((at, Include::find(line)?)))
    }

    /// Returns all code in running text, between backticks or in `<code>`, with the lines.
    pub fn code_spans(&self) -> Vec<(usize, String)> {
        let mut spans = Vec::new();
        for (event, range) in self.events() {
            let line = self.line(&range);
            match event {
                Event::Code(code) => spans.push((line, code.into_string())),
                Event::Html(html) => {
                    let codes = html
                        .split("<code>")
                        .skip(1)
                        .filter_map(|rest| rest.split("</code>").next());
                    spans.extend(codes.map(|code| (line, code.to_owned())));
                }
                _ => {}
            }
        }
        spans
    }

    /// Returns the fenced code blocks.
    pub fn fences(&self) -> impl Iterator<Item = Fence<'_>> {
        self.events().filter_map(|(event, range)| {
            let Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) = event else {
                return None;
            };
            let above = self.text[..range.start].trim_end().rsplit("\n\n").next();
            let caption = above.and_then(|text| text.strip_prefix('*')?.strip_suffix('*'));
            let lines = self.text[range.clone()].lines().skip(1).map(str::trim);
            let below = self.text[range.end..].lines().find(|line| !line.trim().is_empty());
            Some(Fence {
                line: self.line(&range),
                info: info.into_string(),
                caption: caption.unwrap_or_default(),
                lines: lines.filter(|line| !line.starts_with("```")).collect(),
                below: below.and_then(Include::find),
            })
        })
    }

    /// Returns the number of words outside of fenced code. A number is not a word.
    pub fn words(&self) -> usize {
        let is_word = |word: &&str| word.contains(char::is_alphabetic);
        let count = |text: &str| text.split_whitespace().filter(is_word).count();
        let mut is_code = false;
        let mut words = 0;
        for (event, _) in self.events() {
            match event {
                Event::Start(Tag::CodeBlock(_)) => is_code = true,
                Event::End(TagEnd::CodeBlock) => is_code = false,
                Event::Text(text) if !is_code && Include::find(&text).is_none() => {
                    words += count(&text);
                }
                Event::Code(code) => words += count(&code),
                _ => {}
            }
        }
        words
    }

    /// Returns the headings.
    pub fn headings(&self) -> Vec<Heading> {
        let mut headings: Vec<Heading> = Vec::new();
        let mut is_heading = false;
        for (event, range) in self.events() {
            match event {
                Event::Start(Tag::Heading { id, .. }) => {
                    let (line, id) = (self.line(&range), id.map(CowStr::into_string));
                    headings.push(Heading { line, text: String::new(), id });
                    is_heading = true;
                }
                Event::End(TagEnd::Heading(_)) => is_heading = false,
                Event::Text(text) | Event::Code(text) if is_heading => {
                    headings.last_mut().into_iter().for_each(|last| last.text.push_str(&text));
                }
                _ => {}
            }
        }
        headings
    }

    /// Returns the generated and measured texts that the page includes outside of fences, as pages,
    /// with the lines. A text that is missing is left out.
    pub fn included_texts(&self) -> Vec<(usize, Self)> {
        let is_text = |path: &str| Path::new(path).extension().is_some_and(|end| end == "md");
        let texts = self.includes().filter(|(_, include)| is_text(&include.path));
        let read = |(line, include): (usize, Include)| {
            Some((line, Self::new(&include.path, &include.lines().ok()?.join("\n"))))
        };
        texts.filter_map(read).collect()
    }

    /// The page as mdBook reads it, each element with its place in the text.
    fn events(&self) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
        new_cmark_parser(&self.text, &MarkdownOptions::default()).into_offset_iter()
    }

    /// The line in which an element begins.
    fn line(&self, place: &Range<usize>) -> usize {
        1 + self.text[..place.start].matches('\n').count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_has_its_place_and_its_caption() {
        let page = Page::new("x.md", "Text.\n\n*a/b.rs*\n\n```rust,ignore\nlet x;\n\n```\n");
        let fence = page.fences().next().unwrap();
        assert_eq!((fence.line, fence.info.as_str()), (5, "rust,ignore"));
        assert_eq!(fence.caption, "a/b.rs");
        assert_eq!(fence.lines, ["let x;", ""]);
    }

    #[test]
    fn a_caption_belongs_to_one_fence() {
        let page = Page::new("x.md", "*a/b.rs*\n\n```rust\n```\n\n```rust\n```\n");
        assert_eq!(page.fences().nth(1).unwrap().caption, "");
    }

    #[test]
    fn a_span_of_code_may_go_over_the_end_of_a_line() {
        let text = "# A\n\nType `just\nstep 3`.\n```sh\n`no`\n```\n<p>\n<code>b</code>\n</p>\n";
        let spans = Page::new("x.md", text).code_spans();
        assert_eq!(spans, [(3, "just step 3".to_owned()), (9, "b".to_owned())]);
    }
}

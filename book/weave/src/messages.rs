//! What can be translated in a page or a script: paragraphs, headings, table cells, and the texts
//! between HTML tags, those of figures included. Code is left alone, except blocks of rules.
//!
//! A message is found by its place in the Markdown, so that a translated page keeps all the rest,
//! byte for byte.

use std::ops::Range;

use mdbook_markdown::pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};

/// The end of the info string of a code block that contains rules in English, in columns.
const RULES: &str = ",rules";
/// HTML elements whose content is not translated.
const CODE: [&str; 5] = ["code", "pre", "script", "style", "textarea"];
/// What comes before a text in a script: `websocket.text('…')`.
const TEXT_OF_SCRIPT: &str = "websocket.text('";
/// The number of letters that a word has at least. Without one word, there is nothing to translate.
const WORD_MIN: usize = 3;
/// Shorter words, which units and abbreviations are not.
const SHORT_WORDS: [&str; 3] = ["to", "or", "no"];
/// Punctuation between and behind words, which other languages write differently.
const PUNCTUATION: [char; 3] = [',', ':', ';'];

/// A text that can be translated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its place in the page.
    pub place: Range<usize>,
    /// Its Markdown in one line, its text in HTML, or the lines of a block of rules.
    pub text: String,
    /// Whether it is not Markdown: a text in HTML, or a block of rules.
    pub is_plain: bool,
}

/// Returns the messages of a page whose includes have been replaced, in their order.
pub fn of_page(markdown: &str) -> Vec<Message> {
    let mut messages = Vec::new();
    let (mut open, mut is_other): (Option<Range<usize>>, bool) = (None, false);
    for (event, range) in new_cmark_parser(markdown, &MarkdownOptions::default()).into_offset_iter()
    {
        if !is_other && is_inline(&event) {
            let start = open.as_ref().map_or(range.start, |open| open.start);
            let end = open.as_ref().map_or(range.end, |open| open.end.max(range.end));
            open = Some(start..end);
            continue;
        }
        messages.extend(open.take().and_then(|place| in_markdown(markdown, place)));
        match event {
            Event::Start(Tag::HtmlBlock) => messages.extend(in_html(markdown, range)),
            Event::Start(Tag::CodeBlock(kind)) => {
                let is_rules = matches!(kind, CodeBlockKind::Fenced(info) if info.ends_with(RULES));
                messages.extend(is_rules.then(|| in_rules(markdown, range)));
            }
            Event::End(TagEnd::HtmlBlock | TagEnd::CodeBlock) => {
                is_other = false;
                continue;
            }
            _ => continue,
        }
        is_other = true;
    }
    messages
}

/// Returns the texts of a script, which it passes to `websocket.text`.
pub fn of_script(script: &str) -> Vec<String> {
    let ends = script.split(TEXT_OF_SCRIPT).skip(1);
    ends.filter_map(|rest| Some(rest.split_once('\'')?.0.to_owned())).collect()
}

/// Returns a page in which `translate` has replaced messages; for the others, it returns `None`.
pub fn replace(
    page: &str,
    messages: Vec<Message>,
    translate: impl Fn(&Message) -> Option<String>,
) -> String {
    let mut page = page.to_owned();
    for message in messages.into_iter().rev() {
        if let Some(text) = translate(&message) {
            page.replace_range(message.place, &text);
        }
    }
    page
}

fn is_inline(event: &Event<'_>) -> bool {
    match event {
        Event::Text(_)
        | Event::Code(_)
        | Event::InlineHtml(_)
        | Event::SoftBreak
        | Event::FootnoteReference(_) => true,
        Event::Start(tag) => {
            matches!(
                tag,
                Tag::Emphasis
                    | Tag::Strong
                    | Tag::Strikethrough
                    | Tag::Link { .. }
                    | Tag::Image { .. }
            )
        }
        Event::End(end) => matches!(
            end,
            TagEnd::Emphasis
                | TagEnd::Strong
                | TagEnd::Strikethrough
                | TagEnd::Link
                | TagEnd::Image
        ),
        _ => false,
    }
}

fn in_markdown(markdown: &str, place: Range<usize>) -> Option<Message> {
    // A line of a quotation begins with its mark.
    let lines = markdown[place.clone()].lines().map(|line| line.trim().trim_start_matches("> "));
    let text = lines.collect::<Vec<_>>().join(" ");
    // What is in backticks is code.
    let mut outside = text.split('`').step_by(2);
    let is_text = outside.any(|part| has_words(part) || has_punctuation(part));
    is_text.then_some(Message { place, text, is_plain: false })
}

/// The lines between the fences.
fn in_rules(markdown: &str, block: Range<usize>) -> Message {
    let text = &markdown[block.clone()];
    let start = text.find('\n').map_or(text.len(), |at| at + 1);
    let end = text.trim_end().rfind('\n').unwrap_or(start).max(start);
    let place = block.start + start..block.start + end;
    Message { text: markdown[place.clone()].to_owned(), place, is_plain: true }
}

/// Returns the texts that a drawing shows when it is an image: then its titles are not read.
pub fn of_svg(svg: &str) -> Vec<Message> {
    between_tags(svg, 0..svg.len(), |tag| tag == "text")
}

/// The texts between the tags.
fn in_html(markdown: &str, block: Range<usize>) -> Vec<Message> {
    between_tags(markdown, block, |tag| !CODE.contains(&tag))
}

/// The texts behind the tags that are wanted.
fn between_tags(
    markdown: &str,
    block: Range<usize>,
    is_wanted: impl Fn(&str) -> bool,
) -> Vec<Message> {
    let (mut messages, mut start, mut tag) = (Vec::new(), block.start, "");
    while start < block.end {
        let rest = &markdown[start..block.end];
        let text = &rest[..rest.find('<').unwrap_or(rest.len())];
        let trimmed = text.trim();
        if is_wanted(tag) && has_words(trimmed) {
            let first = start + text.len() - text.trim_start().len();
            let text = trimmed.split_whitespace().collect::<Vec<_>>().join(" ");
            messages.push(Message { place: first..first + trimmed.len(), text, is_plain: true });
        }
        let rest = &rest[text.len()..];
        let end = if rest.starts_with("<!--") { "-->" } else { ">" };
        tag = rest.trim_start_matches('<').split([' ', '>', '\n']).next().unwrap_or_default();
        start += text.len() + rest.find(end).map_or(rest.len(), |at| at + end.len());
    }
    messages
}

/// Whether a text has a word that is not the path of a file.
fn has_words(text: &str) -> bool {
    let mut words = text.split_whitespace().filter(|word| !word.contains('/'));
    words.any(|word| {
        let mut parts = word.split(|letter: char| !letter.is_ascii_alphabetic());
        parts.any(|part| part.len() >= WORD_MIN || SHORT_WORDS.contains(&part))
    })
}

/// Whether a text has punctuation that is not a part of a number, of a time or of an address.
fn has_punctuation(text: &str) -> bool {
    text.split_whitespace().any(|word| word.ends_with(PUNCTUATION))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(markdown: &str) -> Vec<String> {
        of_page(markdown).into_iter().map(|message| message.text).collect()
    }

    #[test]
    fn paragraphs_headings_items_and_cells_are_messages() {
        let page = "# The *key* {#key}\n\nOne\nline, [a link](b.md#c).\n\n- An item\n  of a list\n\n\
                    > A\n> quotation\n\n| Head | `code` |\n|---|---|\n| Cell | 12 |\n| 0 to 5 | 20 ms |\n";
        let expected = [
            "The *key*",
            "One line, [a link](b.md#c).",
            "An item of a list",
            "A quotation",
            "Head",
            "Cell",
            "0 to 5",
        ];
        assert_eq!(texts(page), expected);
    }

    /// A colon and a comma are not the same in Chinese.
    #[test]
    fn punctuation_around_code_and_numbers_is_translated() {
        let page = "Go:\n\n| `a.rs`: `b` | `c`, `d` | 502, 504 | 1,000 | 10:30 | `e: f`, |\n|---|---|---|---|---|---|\n";
        assert_eq!(texts(page), ["Go:", "`a.rs`: `b`", "`c`, `d`", "502, 504", "`e: f`,"]);
    }

    #[test]
    fn the_texts_of_a_drawing_are_messages() {
        let svg = "<svg>\n<title>A frame</title><style>text{fill:red}</style>\n<text x=\"1\">The payload</text>\n</svg>";
        assert_eq!(
            of_svg(svg).into_iter().map(|message| message.text).collect::<Vec<_>>(),
            ["The payload"]
        );
    }

    #[test]
    fn code_paths_and_tags_are_not_messages() {
        let page = "*steps/a/src/b.rs*\n\n```text\nSome text\n```\n\n`just next`\n\n\
                    <!-- A comment -->\n\n    indented code\n";
        assert_eq!(texts(page), [""; 0]);
    }

    #[test]
    fn a_block_of_rules_is_one_message() {
        let page = "```text,rules\n400   no Host\n      is there\n```\n\nText.\n";
        assert_eq!(texts(page), ["400   no Host\n      is there", "Text."]);
        let translated =
            replace(page, of_page(page), |message| message.is_plain.then(|| "400".to_owned()));
        assert_eq!(translated, "```text,rules\n400\n```\n\nText.\n");
    }

    #[test]
    fn the_texts_between_tags_are_messages() {
        let page = "<details><summary>The\n answer</summary>\n\nSix bytes.\n\n</details>\n\n\
                    <figure>\n<svg role=\"img\">\n<title>A frame</title><text x=\"1\">0 1</text>\n\
                    <code>no text</code></svg>\n</figure>\n";
        assert_eq!(texts(page), ["The answer", "Six bytes.", "A frame"]);
    }

    #[test]
    fn a_page_keeps_what_is_not_replaced() {
        let page = "# One {#one}\n\nTwo\ntwo.\n\n```text\nOne\n```\n\n<p>Two</p>\n";
        let translated = replace(page, of_page(page), |message| {
            message.text.starts_with("Two").then(|| format!("{}!", message.text))
        });
        assert_eq!(translated, page.replace("Two\ntwo.", "Two two.!").replace(">Two<", ">Two!<"));
        assert_eq!(replace(page, of_page(page), |_| None), page);
    }

    #[test]
    fn a_script_names_its_texts() {
        let script = "a(websocket.text('One {n}'), 'two', websocket.text('Three', { n }));";
        assert_eq!(of_script(script), ["One {n}", "Three"]);
    }
}

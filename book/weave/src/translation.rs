//! A translation of the book: a gettext file, `book/po/LANGUAGE.po`.
//!
//! An entry holds for an English text. When this text changes, the book shows the old translation
//! with a note, until the entry is brought up to date.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use anyhow::{Error, Result, ensure};
use guide::chinese::read_catalog;
use mdbook_driver::book::{Book, BookItem};
use mdbook_driver::errors;
use mdbook_markdown::pulldown_cmark::{Event, Tag};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use polib::catalog::Catalog;
use polib::message::{Message, MessageFlags, MessageView};
use polib::metadata::CatalogMetadata;
use similar::TextDiff;

use crate::messages;

/// Where the texts of this file are from, in the list of messages.
pub const NOTE_SOURCE: &str = "book/weave/src/translation.rs";
/// The note behind a text whose translation is out of date.
pub const NOTE: &str = "The English text of this paragraph has changed since it was translated.";
/// The name of a language in itself, which is the text of a link to the book in this language.
pub const LANGUAGE_NAME: &str = "The name of this language, in this language";
/// How much of two English texts is equal at least, if one is the other one after a change.
const ALIKE_MIN: f32 = 0.6;
/// The scripts that do something on every page. The others make interactive parts.
const SCRIPTS_OF_EVERY_PAGE: [&str; 1] = ["search.js"];
/// Signs of Markdown. More of them in a text than in English are emphasis, code or a link that was not
/// closed, or a border of a table's cell.
const SIGNS: [char; 6] = ['*', '_', '`', '[', ']', '|'];

/// An English text, and the file that it is first found in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct English {
    /// The text.
    pub text: String,
    /// The file: a page or a script.
    pub source: String,
}

/// A text in the language of the translation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translated {
    /// The text.
    pub text: String,
    /// Whether the English text has changed since.
    pub is_outdated: bool,
}

/// What translators have to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The texts that have changed since they were translated, each with its file.
    pub changed: Vec<String>,
    /// The texts that are not translated.
    pub missing: Vec<String>,
    /// How many texts there are.
    pub all: usize,
}

/// A translation of the book.
#[derive(Clone, Debug, Default)]
pub struct Translation {
    /// By the English text.
    texts: HashMap<String, Translated>,
}

impl Report {
    /// Returns how much is to be done, in one sentence.
    pub fn summary(&self) -> String {
        let (all, changed, missing) = (self.all, self.changed.len(), self.missing.len());
        let current = all - changed - missing;
        format!(
            "{current} of {all} texts are translated, {changed} have changed, {missing} are missing"
        )
    }
}

/// Reads a gettext file.
///
/// # Errors
/// If it cannot be read.
pub fn read(path: &Path) -> Result<Catalog> {
    read_catalog(path).map_err(Error::msg)
}

/// Returns a catalog with an entry for each English text. Translations are taken from `old`. Those
/// of texts that have changed are marked as fuzzy, which asks translators to look at them.
pub fn merged(english: &[English], old: &Catalog) -> Catalog {
    let translation = Translation::new(english, old);
    let mut metadata = old.metadata.clone();
    "text/plain; charset=UTF-8".clone_into(&mut metadata.content_type);
    let mut catalog = Catalog::new(metadata);
    catalog.preheader.clone_from(&old.preheader);
    for English { text, source } in english {
        let mut message = Message::build_singular();
        message.with_msgid(text.clone()).with_source(source.clone());
        if let Some(old) = old.find_message(None, text, None) {
            message.with_translator_comments(old.translator_comments().to_owned());
        }
        if let Some(found) = translation.texts.get(text) {
            let mut flags = MessageFlags::new();
            if found.is_outdated {
                flags.add_flag("fuzzy");
            }
            message.with_msgstr(found.text.clone()).with_flags(flags);
        }
        catalog.append_or_update(message.done());
    }
    catalog
}

/// Returns an empty catalog for a language.
pub fn empty(language: &str) -> Catalog {
    let mut metadata = CatalogMetadata::new();
    language.clone_into(&mut metadata.language);
    Catalog::new(metadata)
}

/// Returns the entries whose translation is broken. It has another link, code span, HTML tag or
/// placeholder than the English text, or another block, or signs that were meant as Markdown.
///
/// A translation of a text that has changed belongs to the earlier text, so it is not compared.
pub fn faults(catalog: &Catalog) -> Vec<String> {
    let mut faults = Vec::new();
    for (message, text) in translated(catalog).filter(|(message, _)| !message.flags().is_fuzzy()) {
        let parts = if message.msgid().contains('\n') { numbers } else { parts };
        let (english, other) = (parts(message.msgid()), parts(text));
        let lost = english.iter().filter(|(part, count)| other.get(*part) < Some(*count));
        let new = other.iter().filter(|(part, count)| english.get(*part) < Some(*count));
        let lost = lost.map(|(part, _)| format!("lacks {part}"));
        let mut wrong: Vec<_> = lost.chain(new.map(|(part, _)| format!("adds {part}"))).collect();
        wrong.sort();
        if !wrong.is_empty() {
            faults.push(format!("{:?} {}", shortened(message.msgid()), wrong.join(", ")));
        }
    }
    faults
}

impl Translation {
    /// Finds the translations of these texts.
    pub fn new(english: &[English], catalog: &Catalog) -> Self {
        let known: HashSet<&str> = english.iter().map(|english| english.text.as_str()).collect();
        let entries: HashMap<&str, (&dyn MessageView, &str)> =
            translated(catalog).map(|(message, text)| (message.msgid(), (message, text))).collect();
        let stale = || entries.values().filter(|(message, _)| !known.contains(message.msgid()));
        let mut texts = HashMap::new();
        for English { text, source } in english {
            let found = match entries.get(text.as_str()) {
                Some((message, text)) => Some((*text, message.flags().is_fuzzy())),
                None => stale()
                    .filter(|(message, _)| message.source().contains(source.as_str()))
                    .map(|(message, old)| (alike(message.msgid(), text), *old))
                    .filter(|(ratio, _)| *ratio >= ALIKE_MIN)
                    .max_by(|(one, _), (other, _)| one.total_cmp(other))
                    .map(|(_, old)| (old, true)),
            };
            if let Some((found, is_outdated)) = found {
                let translated = Translated { text: found.to_owned(), is_outdated };
                texts.insert(text.clone(), translated);
            }
        }
        Self { texts }
    }

    /// Returns which of these texts are not translated, or were changed since.
    pub fn report(&self, english: &[English]) -> Report {
        let mut report = Report { all: english.len(), ..Report::default() };
        for English { text, source } in english {
            let list = match self.texts.get(text) {
                None => &mut report.missing,
                Some(Translated { is_outdated: true, .. }) => &mut report.changed,
                Some(_) => continue,
            };
            list.push(format!("{source}: {:?}", shortened(text)));
        }
        report
    }

    /// Returns a page in this language.
    pub fn page(&self, markdown: &str) -> String {
        messages::replace(markdown, messages::of_page(markdown), |message| {
            let Translated { text, is_outdated } = self.texts.get(&message.text)?;
            // A rule that has changed has no place for a note, so it is in English.
            if *is_outdated && message.text.contains('\n') {
                return None;
            }
            if !is_outdated || message.is_plain {
                return Some(text.clone());
            }
            Some(format!("{text} <small class=\"outdated\">{}</small>", self.plain(NOTE)))
        })
    }

    /// Returns a drawing in this language. It is a file of its own, so it must say which language that is.
    pub fn svg(&self, svg: &str, language: &str) -> String {
        let translated = messages::replace(svg, messages::of_svg(svg), |message| {
            Some(self.texts.get(&message.text)?.text.clone())
        });
        translated.replacen("<svg ", &format!("<svg lang=\"{language}\" "), 1)
    }

    /// Returns a text that has no place for a note, such as a title.
    pub fn plain(&self, english: &str) -> String {
        self.texts.get(english).map_or(english, |found| &found.text).to_owned()
    }
}

/// Translates the pages and the summary. Each page gets the texts of its scripts.
pub struct Translator {
    /// The translation.
    pub translation: Translation,
    /// The English texts of the scripts.
    pub of_scripts: Vec<English>,
    /// The pictures that this language has, each with the one that it replaces.
    pub pictures: Vec<(String, String)>,
}

impl Translator {
    /// Returns an element with the translated texts of some of the scripts.
    fn table(&self, is_wanted: impl Fn(&str) -> bool) -> Result<String> {
        let wanted = self.of_scripts.iter().filter(|english| is_wanted(&english.source));
        let texts = wanted.map(|english| (&english.text, self.translation.plain(&english.text)));
        let texts: BTreeMap<_, _> = texts.collect();
        if texts.is_empty() {
            return Ok(String::new());
        }
        // `</script>` in a text would end the element.
        let texts = serde_json::to_string(&texts)?.replace("</", r"<\/");
        Ok(format!("\n\n<script>globalThis.websocketTexts = {texts};</script>\n"))
    }
}

impl Preprocessor for Translator {
    fn name(&self) -> &'static str {
        "translation"
    }

    fn run(&self, _: &PreprocessorContext, mut book: Book) -> errors::Result<Book> {
        let all = self.table(|_| true)?;
        let of_every_page = self.table(|script| SCRIPTS_OF_EVERY_PAGE.contains(&script))?;
        book.for_each_mut(|item| match item {
            BookItem::Chapter(chapter) => {
                chapter.name = self.translation.plain(&chapter.name);
                chapter.content = self.translation.page(&chapter.content);
                for (english, translated) in &self.pictures {
                    let link = |path: &str| format!("]({path})");
                    chapter.content = chapter.content.replace(&link(english), &link(translated));
                }
                let has_widget = chapter.content.contains("data-widget=");
                chapter.content.push_str(if has_widget { &all } else { &of_every_page });
            }
            BookItem::PartTitle(title) => *title = self.translation.plain(title),
            BookItem::Separator => {}
        });
        Ok(book)
    }
}

/// Checks that this can be the code of a language, `de` or `pt-BR`.
///
/// # Errors
/// If it cannot.
pub fn check_language(language: &str) -> Result<()> {
    let is_code = |part: &str| part.len() >= 2 && part.bytes().all(|b| b.is_ascii_alphanumeric());
    ensure!(
        language.split('-').all(is_code),
        "{language:?} is not the code of a language, such as de or pt-BR"
    );
    Ok(())
}

/// The entries that have a translation.
fn translated(catalog: &Catalog) -> impl Iterator<Item = (&dyn MessageView, &str)> {
    catalog.messages().filter_map(|message| {
        let text = message.msgstr().ok().filter(|text| !text.is_empty())?;
        Some((message, text))
    })
}

/// What a translation must keep, and how often it is there.
fn parts(markdown: &str) -> HashMap<String, usize> {
    let mut parts = HashMap::new();
    let lines = markdown.lines().count();
    if lines > 1 {
        parts.insert("a line break".to_owned(), lines - 1);
    }
    for event in new_cmark_parser(markdown, &MarkdownOptions::default()) {
        let part = match event {
            Event::Text(text) => {
                for sign in text.chars().filter(|sign| SIGNS.contains(sign)) {
                    *parts.entry(format!("a sign {sign}")).or_default() += 1;
                }
                for name in placeholders(&text) {
                    *parts.entry(format!("the placeholder {{{name}}}")).or_default() += 1;
                }
                continue;
            }
            Event::Start(
                tag @ (Tag::Heading { .. }
                | Tag::List(_)
                | Tag::BlockQuote(_)
                | Tag::CodeBlock(_)
                | Tag::Table(_)),
            ) => format!("the block {tag:?}"),
            Event::Rule => "a rule".to_owned(),
            Event::Start(Tag::Link { dest_url, .. }) => format!("the link to {dest_url}"),
            Event::Start(Tag::Image { dest_url, .. }) => format!("the image {dest_url}"),
            Event::Code(code) => format!("the code `{code}`"),
            Event::InlineHtml(tag) | Event::Html(tag) => format!("the tag {}", tag.trim()),
            _ => continue,
        };
        *parts.entry(part).or_default() += 1;
    }
    parts
}

/// The numbers and bytes in a block of rules, which its translation keeps.
fn numbers(rules: &str) -> HashMap<String, usize> {
    let mut numbers = HashMap::new();
    let words = rules.split(|letter: char| !letter.is_ascii_alphanumeric());
    for word in words.filter(|word| word.contains(|letter: char| letter.is_ascii_digit())) {
        *numbers.entry(format!("the number {word}")).or_default() += 1;
    }
    numbers
}

/// The names in braces, which a script replaces.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    let ends = text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
    ends.filter(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn alike(one: &str, other: &str) -> f32 {
    TextDiff::from_words(one, other).ratio()
}

fn shortened(text: &str) -> String {
    let start: String = text.chars().take(60).collect();
    if start.len() < text.len() { format!("{start}…") } else { start }
}

#[cfg(test)]
mod tests {
    use polib::message::MessageMutView as _;

    use super::*;

    const PAGE: &str = "# A page {#page}\n\nThe server sends a frame with `FIN`.\n\nNew.\n";

    fn english() -> Vec<English> {
        let texts = messages::of_page(PAGE).into_iter().map(|message| message.text);
        let source = "book/src/a.md".to_owned();
        texts.map(|text| English { text, source: source.clone() }).collect()
    }

    fn catalog(entries: &[(&str, &str)]) -> Catalog {
        let mut catalog = empty("de");
        for (english, other) in entries {
            let mut message = Message::build_singular();
            message.with_msgid((*english).to_owned()).with_msgstr((*other).to_owned());
            catalog.append_or_update(message.with_source("book/src/a.md".to_owned()).done());
        }
        catalog
    }

    fn old() -> Catalog {
        let sentence = "The server sends one frame with `FIN`.";
        catalog(&[
            ("A page", "Eine Seite"),
            (sentence, "Der Server sendet einen Frame."),
            ("x", "y"),
        ])
    }

    #[test]
    fn a_text_that_has_changed_shows_the_old_translation_with_a_note() {
        let translation = Translation::new(&english(), &old());
        let expected = format!(
            "# Eine Seite {{#page}}\n\nDer Server sendet einen Frame. \
             <small class=\"outdated\">{NOTE}</small>\n\nNew.\n"
        );
        assert_eq!(translation.page(PAGE), expected);
        let Report { changed, missing, .. } = translation.report(&english());
        assert_eq!(changed, ["book/src/a.md: \"The server sends a frame with `FIN`.\""]);
        assert_eq!(missing, ["book/src/a.md: \"New.\""]);
    }

    #[test]
    fn a_text_of_a_script_cannot_end_the_script() {
        let of_scripts = english();
        let catalog = catalog(&[("A page", "Eine </script> Seite")]);
        let translation = Translation::new(&of_scripts, &catalog);
        let pictures = Vec::new();
        let table = Translator { translation, of_scripts, pictures }.table(|_| true).unwrap();
        assert!(table.contains(r"Eine <\/script> Seite"), "{table}");
        assert_eq!(table.matches("</script>").count(), 1, "{table}");
    }

    #[test]
    fn a_merge_marks_what_has_changed_and_drops_what_is_gone() {
        let mut old = old();
        let note = "From a translator.".to_owned();
        let page = old.find_message_mut(None, "A page", None);
        page.unwrap().translator_comments_mut().clone_from(&note);
        let merged = merged(&english(), &old);
        assert_eq!(merged.find_message(None, "A page", None).unwrap().translator_comments(), note);
        let entries: Vec<_> = merged
            .messages()
            .map(|message| (message.msgid(), message.msgstr().unwrap(), message.flags().is_fuzzy()))
            .collect();
        let expected = [
            ("A page", "Eine Seite", false),
            ("The server sends a frame with `FIN`.", "Der Server sendet einen Frame.", true),
            ("New.", "", false),
        ];
        assert_eq!(entries, expected);
        assert_eq!(
            Translation::new(&english(), &merged).report(&english()),
            Translation::new(&english(), &old).report(&english())
        );
    }

    #[test]
    fn a_translation_keeps_links_code_and_tags() {
        let broken = catalog(&[
            ("See [here](a.md#b).", "Siehe [hier](a.md#c)."),
            ("Run `just next`.", "Rufe `just weiter` auf."),
            ("A<br>b", "A b"),
            ("Good [link](a.md) and `code`", "`code` und guter [Verweis](a.md)"),
            ("at most {count} bytes", "höchstens {zahl} Bytes"),
            ("**Masking.** It hides nothing.", "**掩码。**它什么也不隐藏。"),
            ("One cell", "Eine|Zelle"),
            ("Twelve bytes.", "- Zwölf Bytes."),
            ("One line", "Zwei\nZeilen"),
            ("400  no Host\n     ed a0", "400  kein Host\n     ed a1"),
        ]);
        let expected = [
            "\"See [here](a.md#b).\" adds the link to a.md#c, lacks the link to a.md#b",
            "\"Run `just next`.\" adds the code `just weiter`, lacks the code `just next`",
            "\"A<br>b\" lacks the tag <br>",
            "\"at most {count} bytes\" adds the placeholder {zahl}, lacks the placeholder {count}",
            "\"**Masking.** It hides nothing.\" adds a sign *",
            "\"One cell\" adds a sign |",
            "\"Twelve bytes.\" adds the block List(None)",
            "\"One line\" adds a line break",
            "\"400  no Host\\n     ed a0\" adds the number a1, lacks the number a0",
        ];
        assert_eq!(faults(&broken), expected);
    }

    #[test]
    fn a_translation_of_an_earlier_text_is_not_broken() {
        let old = catalog(&[("See [here](a.md), in `b`.", "Siehe [hier](a.md), in `b`.")]);
        let english =
            English { text: "See [here](c.md), in `b`.".to_owned(), source: String::new() };
        let merged = merged(&[english], &old);
        assert_eq!(translated(&merged).count(), 1);
        assert_eq!(faults(&merged), [""; 0]);
    }

    #[test]
    fn a_rule_that_has_changed_is_in_english() {
        let old = catalog(&[("400  no Host\n     or two", "400  kein Host\n     zwei")]);
        let text = "400  no Host\n     or many".to_owned();
        let page = format!("```text,rules\n{text}\n```\n");
        let english = [English { text, source: String::new() }];
        assert_eq!(Translation::new(&english, &old).page(&page), page);
        assert!(Translation::new(&english, &old).texts.values().all(|found| found.is_outdated));
    }

    #[test]
    fn a_language_is_a_code() {
        assert!(check_language("pt-BR").is_ok());
        for wrong in ["", "../de", "d", "de-"] {
            assert!(check_language(wrong).is_err(), "{wrong}");
        }
    }
}

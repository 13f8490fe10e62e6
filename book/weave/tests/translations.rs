//! Translations: those in `book/po` are whole, and a small book is translated.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use mdbook_markdown::pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};
use polib::message::Message;
use scraper::{Html, Selector};
use tempfile::TempDir;
use weave::page::Page;
use weave::translation::{self, English, Report, Translation};
use weave::{book, links, place, po};

fn small_book() -> PathBuf {
    place::root().join("book/weave/tests/fixtures/translated")
}

/// What is out of date is printed, and `just test` shows it. It is not a fault. A broken link or a lost code
/// span is one.
#[test]
fn the_translations_of_the_book_are_not_broken() {
    let folder = book::folder();
    let original = TempDir::new().unwrap();
    book::build(&folder, None, original.path()).unwrap();
    for language in book::languages(&folder) {
        let catalog = book::catalog(&folder, &language).unwrap();
        let faults = translation::faults(&catalog);
        assert!(faults.is_empty(), "book/po/{language}.po:\n{}", faults.join("\n"));
        let english = book::english(&folder).unwrap();
        let built = TempDir::new().unwrap();
        book::build(&folder, Some((&language, &catalog)), built.path()).unwrap();
        assert_same_parts(original.path(), built.path());
        let report = Translation::new(&english, &catalog).report(&english);
        let changed = report.changed.iter().map(|text| format!("{text} has changed"));
        // The test's own output is caught if it passes, except what is written in this way.
        let mut output = io::stdout().lock();
        for line in changed.chain([report.summary()]) {
            write!(output, "\nbook/po/{language}.po: {line}\n").unwrap();
        }
    }
}

#[test]
fn a_page_is_translated_with_its_figures_and_without_its_code() {
    let folder = TempDir::new().unwrap();
    let catalog = book::catalog(&small_book(), "de").unwrap();
    book::build(&small_book(), Some(("de", &catalog)), folder.path()).unwrap();
    let page = fs::read_to_string(folder.path().join("page.html")).unwrap();
    for part in [
        "<html lang=\"de\"",
        "<title>Eine Seite - Ein kleines Buch</title>",
        "<h2 id=\"the-frame\">",
        "Der Frame</a></h2>",
        "<pre><code class=\"language-text\">One page\n81 05",
        "Ein Text, der <strong>eingefügt</strong> ist.",
        ">Die Nutzdaten</text>",
        "Der Kopf und dann die Nutzdaten.",
        "A sentence that nobody has translated.",
        "websocketTexts = {\"Bits: {count}\":\"{count} Bits\"};",
    ] {
        assert!(page.contains(part), "{part} is not in\n{page}");
    }
    let drawing = fs::read_to_string(folder.path().join("drawing.svg")).unwrap();
    assert!(drawing.starts_with("<svg lang=\"de\" "), "{drawing}");
    assert!(drawing.contains("<text x=\"1\" y=\"9\">Die Nutzdaten</text>"), "{drawing}");
    let old = "Der Server sendet einen Frame, siehe <a href=\"#the-frame\">unten</a>. \
               <small class=\"outdated\">Der englische Text dieses Absatzes ist inzwischen ein anderer.\
               </small>";
    assert!(page.contains(old), "{old} is not in\n{page}");
    assert_eq!(links::faults(folder.path()).unwrap(), [""; 0]);
    let error = book::catalog(&small_book(), "xx").unwrap_err().to_string();
    assert!(error.ends_with("xx.po: begin it with `just messages xx`"), "{error}");
}

#[test]
fn translators_get_what_is_to_be_done() {
    let english = book::english(&small_book()).unwrap();
    let catalog = book::catalog(&small_book(), "de").unwrap();
    assert_eq!(translation::faults(&catalog), [""; 0]);
    let Report { changed, missing, .. } = Translation::new(&english, &catalog).report(&english);
    assert_eq!(changed, ["page.md: \"The server sends a frame, see [below](#the-frame).\""]);
    // mdBook's own texts are not those of the small book.
    let missing: Vec<_> = missing.into_iter().filter(|text| text.starts_with("page.md")).collect();
    let expected = [
        "page.md: \"A sentence that nobody has translated.\"",
        "page.md: \"A frame\"",
        "page.md: \"![A drawing](drawing.svg)\"",
        "page.md: \"A widget\"",
    ];
    assert_eq!(missing, expected);
}

/// With a translation of every text of our book, each page keeps its ids, its links and its code.
#[test]
fn a_translation_of_the_whole_book_keeps_its_ids_links_and_code() {
    let folder = book::folder();
    let mut catalog = translation::empty("xx");
    for English { text, source } in book::english(&folder).unwrap() {
        let mut message = Message::build_singular();
        message.with_msgid(text.clone()).with_msgstr(format!("{text} ·")).with_source(source);
        catalog.append_or_update(message.done());
    }
    assert_eq!(translation::faults(&catalog), [""; 0]);
    let (english, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    book::build(&folder, None, english.path()).unwrap();
    book::build(&folder, Some(("xx", &catalog)), other.path()).unwrap();
    assert_same_parts(english.path(), other.path());
    let pages = Page::all().unwrap().into_iter().map(|page| page.name.replace(".md", ".html"));
    let texts = pages.map(|name| fs::read_to_string(other.path().join(name)).unwrap());
    let translated: usize = texts.map(|text| text.matches(" ·").count()).sum();
    assert!(translated > 1000, "{translated}");
}

/// The pages of our book in two languages have the same ids, links and code. In a sentence of another
/// language, two links may be in another order. A page that shows an earlier text is not compared.
fn assert_same_parts(english: &Path, other: &Path) {
    for page in Page::all().unwrap() {
        let name = page.name.replace(".md", ".html");
        let read = |built: &Path| fs::read_to_string(built.join(&name)).unwrap();
        let (english, other) = (read(english), read(other));
        if other.contains("class=\"outdated\"") {
            continue;
        }
        for (css, attribute) in
            [("[id]", "id"), ("[href]", "href"), ("main code:not(.rules)", "class")]
        {
            assert_eq!(kept(&english, css, attribute), kept(&other, css, attribute), "{name}");
        }
    }
}

/// Every page of every language leads to itself in the other ones, and mdBook's buttons are translated.
#[test]
fn the_languages_of_a_book_are_linked() {
    let folder = TempDir::new().unwrap();
    book::build_all(&small_book(), folder.path()).unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let link = |code: &str, href: &str, name: &str| {
        format!(
            "<a class=\"language\" lang=\"{code}\" hreflang=\"{code}\" href=\"{href}\">{name}</a>"
        )
    };
    for name in ["page.html", "index.html", "print.html"] {
        let (english, german) = (read(name), read(&format!("de/{name}")));
        assert!(english.contains(&link("de", &format!("de/{name}"), "Deutsch")), "{english}");
        assert!(german.contains(&link("en", &format!("../{name}"), "English")), "{german}");
        assert_eq!(english.matches("class=\"language\"").count(), 1);
        assert!(english.contains("title=\"Print this book\""), "{english}");
        assert!(german.contains("title=\"Dieses Buch drucken\""), "{german}");
    }
    for built in [folder.path(), &folder.path().join("de")] {
        assert_eq!(links::faults(built).unwrap(), [""; 0]);
    }
}

/// The values of an attribute, each with the text of its element if that is code.
fn kept(page: &str, css: &str, attribute: &str) -> Vec<String> {
    let css = Selector::parse(css).unwrap();
    let page = Html::parse_document(page);
    let elements = page.select(&css).map(|element| {
        let is_code = element.value().name() == "code";
        let text = element.text().filter(|_| is_code).collect::<String>();
        format!("{}: {text}", element.attr(attribute).unwrap_or_default())
    });
    let mut kept: Vec<_> = elements.collect();
    kept.sort();
    kept
}

/// The Chinese README has the code, the commands and the links of the English one. It opens the book
/// in Chinese, and has links to what is only there in Chinese.
#[test]
fn the_chinese_readme_says_what_the_english_one_says() {
    let [english, chinese] = ["README.md", "README.zh-CN.md"].map(|name| {
        let text = place::read(name).unwrap();
        let (mut parts, mut fence) = (BTreeSet::new(), String::new());
        for event in new_cmark_parser(&text, &MarkdownOptions::default()) {
            match event {
                Event::Code(code) => drop(parts.insert(code.to_string())),
                Event::Text(code) if !fence.is_empty() => drop(parts.insert(code.to_string())),
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(kind))) => {
                    fence = kind.to_string();
                }
                Event::End(TagEnd::CodeBlock) => fence.clear(),
                Event::Start(Tag::Link { dest_url, .. }) if !dest_url.starts_with('#') => {
                    let (file, _) = dest_url.split_once('#').unwrap_or((&*dest_url, ""));
                    let exists = place::root().join(file).exists();
                    assert!(exists || file.contains("://"), "{name}: {dest_url}");
                    parts.insert(dest_url.to_string());
                }
                _ => {}
            }
        }
        parts
    });
    let lost: Vec<_> = english.difference(&chinese).collect();
    assert_eq!(lost, ["README.zh-CN.md"]);
    let new: Vec<_> = chinese.difference(&english).collect();
    let expected =
        ["LANG=zh_CN.UTF-8", "README.md", "book/po/zh-CN.terms.md", "just book --language zh-CN"];
    assert_eq!(new, expected);
}

/// What `book/po/zh-CN.terms.md` asks of punctuation, spaces, bold and italics.
#[test]
fn chinese_texts_are_set_by_the_rules_of_their_translators() {
    let catalog = book::catalog(&book::folder(), "zh-CN").unwrap();
    let mut faults = Vec::new();
    // The lines of a block of rules are columns.
    for message in catalog.messages().filter(|message| !message.msgid().contains('\n')) {
        let text = message.msgstr().unwrap();
        faults.extend(faults_of_chinese(text).into_iter().map(|fault| format!("{fault}: {text}")));
    }
    assert_eq!(faults, [""; 0]);
    let expected = [
        ("中文,中文", "an ASCII sign beside Chinese"),
        ("中文 (text)", "an ASCII sign beside Chinese"),
        ("用`code`写", "no space between Chinese and Latin"),
        ("第5步", "no space between Chinese and Latin"),
        ("中文 ，中文", "a space beside full-width punctuation"),
        ("**词。** 字", "full-width punctuation at the end of bold"),
        ("一个 *词* 字", "Chinese in italics"),
    ];
    for (text, fault) in expected {
        assert!(faults_of_chinese(text).contains(&fault), "{text}: {fault}");
    }
}

fn faults_of_chinese(markdown: &str) -> Vec<&'static str> {
    let is_chinese = |letter: char| ('\u{4e00}'..='\u{9fff}').contains(&letter);
    let is_wide = |letter: char| "，。：；？！（）「」、".contains(letter);
    let (mut plain, mut faults, mut open) = (String::new(), Vec::new(), Vec::new());
    for event in new_cmark_parser(markdown, &MarkdownOptions::default()) {
        match event {
            Event::Text(text) => {
                if open.contains(&TagEnd::Emphasis)
                    && !markdown.contains('/')
                    && text.contains(is_chinese)
                {
                    faults.push("Chinese in italics");
                }
                plain.push_str(&text);
            }
            Event::Code(_) => plain.push('x'),
            Event::InlineHtml(_) => plain.push('\n'),
            Event::Start(tag) => open.push(tag.to_end()),
            Event::End(tag) => {
                open.pop();
                if tag == TagEnd::Strong && plain.ends_with("。") {
                    faults.push("full-width punctuation at the end of bold");
                }
            }
            _ => {}
        }
    }
    // The glossary has the English word in a line of its own.
    let lines = plain.lines().filter(|line| line.contains(is_chinese)).collect::<Vec<_>>();
    let letters: Vec<char> = lines.join("\n").chars().collect();
    for pair in letters.windows(2) {
        let [one, other] = pair else { continue };
        for (chinese, beside) in [(*one, *other), (*other, *one)] {
            if is_chinese(chinese) && ",:;?!()".contains(beside) {
                faults.push("an ASCII sign beside Chinese");
            }
            if is_chinese(chinese) && beside.is_ascii_alphanumeric() {
                faults.push("no space between Chinese and Latin");
            }
        }
        if *one == ' ' && is_wide(*other) && !"「（」".contains(*other)
            || is_wide(*one) && *other == ' '
        {
            faults.push("a space beside full-width punctuation");
        }
    }
    for three in letters.windows(3) {
        let is_sign =
            three[0] == ' ' && three[1] == '(' || three[1] == ' ' && ",:;?!".contains(three[0]);
        if is_sign && (is_chinese(three[2]) || is_chinese(three[0]))
            || three[0..2] == [' ', '('] && three[2].is_ascii()
        {
            faults.push("an ASCII sign beside Chinese");
        }
    }
    faults
}

/// The file of a language that is new has every text, and an update of it loses no translation.
#[test]
fn a_translation_is_begun_and_brought_up_to_date() {
    let folder = TempDir::new().unwrap();
    for path in place::files(&small_book().to_string_lossy()) {
        let copy = folder.path().join(PathBuf::from(&path).strip_prefix(small_book()).unwrap());
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(path, copy).unwrap();
    }
    let english = book::english(folder.path()).unwrap();
    assert_eq!(po::update(folder.path(), "fr").unwrap().missing.len(), english.len());
    let before = po::update(folder.path(), "de").unwrap();
    let of_page = before.missing.iter().filter(|text| text.starts_with("page.md"));
    assert_eq!((before.changed.len(), of_page.count()), (1, 4));
    assert_eq!(po::update(folder.path(), "de").unwrap(), before);
    let template = fs::read_to_string(po::write_template(folder.path()).unwrap()).unwrap();
    assert!(template.contains("msgid \"The payload\"\nmsgstr \"\"\n"), "{template}");
    assert_eq!(book::languages(folder.path()), ["de", "fr"]);
}

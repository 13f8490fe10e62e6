//! Translations: those in `book/po` are whole, and a small book is translated.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;
use weave::translation::{self, Translation};
use weave::{book, links, place, po};

fn small_book() -> PathBuf {
    place::root().join("book/weave/tests/fixtures/translated")
}

/// What is not translated, or is out of date, is printed: `cargo test -p weave -- --nocapture`. It is
/// not a fault. A broken link or a lost code span is one.
#[test]
fn the_translations_of_the_book_are_not_broken() {
    let folder = book::folder();
    for language in book::languages(&folder) {
        let file = book::translation_file(&folder, &language).unwrap();
        let catalog = translation::read(&file).unwrap();
        let faults = translation::faults(&catalog);
        assert!(faults.is_empty(), "book/po/{language}.po:\n{}", faults.join("\n"));
        let english = book::english(&folder).unwrap();
        for text in Translation::new(&english, &catalog).report(&english) {
            println!("book/po/{language}.po: {text}");
        }
    }
}

#[test]
fn a_page_is_translated_with_its_figures_and_without_its_code() {
    let folder = TempDir::new().unwrap();
    book::build(&small_book(), Some("de"), folder.path()).unwrap();
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
    let old = "Der Server sendet einen Frame, siehe <a href=\"#the-frame\">unten</a>. \
               <small class=\"outdated\">Der englische Text dieses Absatzes ist inzwischen ein anderer.\
               </small>";
    assert!(page.contains(old), "{old} is not in\n{page}");
    assert_eq!(links::faults(folder.path()).unwrap(), [""; 0]);
    let error = book::build(&small_book(), Some("xx"), folder.path()).unwrap_err().to_string();
    assert!(error.ends_with("xx.po: just messages xx begins it"), "{error}");
}

#[test]
fn translators_get_what_is_to_be_done() {
    let english = book::english(&small_book()).unwrap();
    let catalog = translation::read(&small_book().join("po/de.po")).unwrap();
    assert_eq!(translation::faults(&catalog), [""; 0]);
    let report = [
        "page.md: \"The server sends a frame, see [below](#the-frame).\" has changed",
        "page.md: \"A sentence that nobody has translated.\" is not translated",
        "page.md: \"A frame\" is not translated",
        "page.md: \"A widget\" is not translated",
    ];
    assert_eq!(Translation::new(&english, &catalog).report(&english), report);
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
    assert_eq!(po::update(folder.path(), "fr").unwrap().len(), english.len());
    let before = po::update(folder.path(), "de").unwrap();
    assert_eq!(before.len(), 4);
    assert_eq!(po::update(folder.path(), "de").unwrap(), before);
    let template = fs::read_to_string(po::write_template(folder.path()).unwrap()).unwrap();
    assert!(template.contains("msgid \"The payload\"\nmsgstr \"\"\n"), "{template}");
    assert_eq!(book::languages(folder.path()), ["de", "fr"]);
}

//! The book as HTML, in English or translated.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use mdbook_driver::MDBook;
use mdbook_driver::book::BookItem;
use mdbook_driver::builtin_renderers::MarkdownRenderer;
use polib::catalog::Catalog;

use crate::around::{self, Edition};
use crate::translation::{
    self, English, LANGUAGE_NAME, NOTE, NOTE_SOURCE, Translation, Translator,
};
use crate::{messages, place};

/// Returns the folder of our book: its `book.toml` is there, its pages in `src`, its scripts in
/// `theme` and its translations in `po`.
pub fn folder() -> PathBuf {
    place::root().join("book")
}

/// Returns the file of a translation of the book in a folder.
///
/// # Errors
/// If `language` is not the code of a language.
pub fn translation_file(folder: &Path, language: &str) -> Result<PathBuf> {
    translation::check_language(language)?;
    Ok(folder.join(format!("po/{language}.po")))
}

/// Reads the translation of the book in a folder into a language.
///
/// # Errors
/// If the language has no translation, or its file cannot be read.
pub fn catalog(folder: &Path, language: &str) -> Result<Catalog> {
    let file = translation_file(folder, language)?;
    ensure!(
        file.exists(),
        "there is no {}: begin it with `just messages {language}`",
        file.display()
    );
    translation::read(&file)
}

/// Builds the book of `folder` into another folder, which it empties first: in English, or in
/// another language with this catalog.
///
/// # Errors
/// If mdBook cannot build it.
pub fn build(folder: &Path, other: Option<(&str, &Catalog)>, into: &Path) -> Result<()> {
    let mut book = MDBook::load(folder)?;
    into.clone_into(&mut book.config.build.build_dir);
    let Some((language, catalog)) = other else { return book.build() };
    let translation = Translation::new(&english(folder)?, catalog);
    let plain = |text: Option<String>| text.map(|text| translation.plain(&text));
    book.config.book.title = plain(book.config.book.title);
    book.config.book.description = plain(book.config.book.description);
    book.config.book.language = Some(language.to_owned());
    let of_scripts = of_scripts(folder)?;
    let pictures = pictures(folder, language);
    book.with_preprocessor(Translator { translation: translation.clone(), of_scripts, pictures });
    book.build()?;
    for image in images(folder)? {
        let built = into.join(image);
        fs::write(&built, translation.svg(&fs::read_to_string(&built)?, language))?;
    }
    around::translate(into, &translation)
}

/// Builds the book in all its languages into a folder, which it empties first: English directly
/// into it, another language into a folder with the code of the language. Each page has links to
/// itself in the other languages.
///
/// # Errors
/// If a translation cannot be read, or mdBook cannot build the book.
pub fn build_all(folder: &Path, into: &Path) -> Result<()> {
    build(folder, None, into)?;
    let mut editions = vec![Edition::english()];
    for code in languages(folder) {
        let catalog = catalog(folder, &code)?;
        build(folder, Some((&code, &catalog)), &into.join(&code))?;
        let name = catalog.find_message(None, LANGUAGE_NAME, None);
        let name = name.and_then(|name| name.msgstr().ok()).unwrap_or(&code).to_owned();
        editions.push(Edition { path: format!("{code}/"), code, name });
    }
    around::link_editions(into, &editions)
}

/// Returns every English text of the book that can be translated, once, in the order of the book.
///
/// # Errors
/// If the book cannot be read.
pub fn english(folder: &Path) -> Result<Vec<English>> {
    let book = MDBook::load(folder)?;
    let mut english: Vec<English> = Vec::new();
    let mut add = |text: &str, source: &str| {
        english.push(English { text: text.to_owned(), source: source.to_owned() });
    };
    add(book.config.book.title.as_deref().unwrap_or_default(), "book.toml");
    add(book.config.book.description.as_deref().unwrap_or_default(), "book.toml");
    let (expanded, _) = book.preprocess_book(&MarkdownRenderer::new())?;
    for item in expanded.iter() {
        match item {
            BookItem::Chapter(chapter) => {
                add(&chapter.name, "SUMMARY.md");
                let page = chapter.path.iter().map(|path| path.display().to_string());
                let page: String = page.collect();
                for message in messages::of_page(&chapter.content) {
                    add(&message.text, &page);
                }
                for image in images_of(&chapter.content) {
                    let drawing = fs::read_to_string(folder.join("src").join(image))?;
                    for message in messages::of_svg(&drawing) {
                        add(&message.text, &page);
                    }
                }
            }
            BookItem::PartTitle(title) => add(title, "SUMMARY.md"),
            BookItem::Separator => {}
        }
    }
    add(NOTE, NOTE_SOURCE);
    add(LANGUAGE_NAME, NOTE_SOURCE);
    for text in around::TEXTS {
        add(text, around::TEXTS_SOURCE);
    }
    english.extend(of_scripts(folder)?);
    let mut seen = HashSet::new();
    english.retain(|english| !english.text.is_empty() && seen.insert(english.text.clone()));
    Ok(english)
}

/// The screenshots of pages in another language, each behind the English one that it replaces.
fn pictures(folder: &Path, language: &str) -> Vec<(String, String)> {
    let files = place::files(&folder.join("src/screens").join(language).to_string_lossy());
    let names = files.iter().filter_map(|path| path.rsplit(['/', '\\']).next());
    names.map(|name| (format!("screens/{name}"), format!("screens/{language}/{name}"))).collect()
}

/// The drawings that the pages show as images: those are not a part of the page.
fn images(folder: &Path) -> Result<BTreeSet<String>> {
    let (expanded, _) = MDBook::load(folder)?.preprocess_book(&MarkdownRenderer::new())?;
    let mut images = BTreeSet::new();
    for item in expanded.iter() {
        if let BookItem::Chapter(chapter) = item {
            images.extend(images_of(&chapter.content).map(str::to_owned));
        }
    }
    Ok(images)
}

fn images_of(markdown: &str) -> impl Iterator<Item = &str> {
    let ends = markdown.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0));
    ends.filter(|path| Path::new(path).extension() == Some("svg".as_ref()))
}

/// The texts of the scripts in `theme`.
fn of_scripts(folder: &Path) -> Result<Vec<English>> {
    let mut english = Vec::new();
    for path in place::files(&folder.join("theme").to_string_lossy()) {
        if let Some(name) = path.strip_suffix(".js") {
            let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
            let texts = messages::of_script(&place::read(&path)?).into_iter();
            english.extend(texts.map(|text| English { text, source: format!("{name}.js") }));
        }
    }
    Ok(english)
}

/// Returns the languages that the book in a folder is translated into.
pub fn languages(folder: &Path) -> Vec<String> {
    let files = place::files(&folder.join("po").to_string_lossy());
    let name =
        |path: &String| Some(path.strip_suffix(".po")?.rsplit(['/', '\\']).next()?.to_owned());
    files.iter().filter_map(name).collect()
}

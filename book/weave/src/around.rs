//! What is around the text of a built page: mdBook's own texts, in the language of the page, and
//! links to the same page in other languages.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::translation::Translation;

/// Where mdBook's texts are from, in the list of messages.
pub const TEXTS_SOURCE: &str = "book/weave/src/around.rs";
/// The texts that mdBook shows in each page, and those that its scripts `book.js` and
/// `searcher.js` show.
pub const TEXTS: [&str; 27] = [
    "Table of contents",
    "Toggle Table of Contents",
    "Change theme",
    "Themes",
    "Auto",
    "Light",
    "Coal",
    "Navy",
    "Ayu",
    "Search (`/`)",
    "Toggle Searchbar",
    "Search this book ...",
    "Search Result Teaser",
    "Print this book",
    "Page navigation",
    "Previous chapter",
    "Next chapter",
    "Keyboard shortcuts",
    "Press <kbd>←</kbd> or <kbd>→</kbd> to navigate between chapters",
    "Press <kbd>S</kbd> or <kbd>/</kbd> to search in the book",
    "Press <kbd>?</kbd> to show this help",
    "Press <kbd>Esc</kbd> to hide this help",
    "Copy to clipboard",
    "Copied!",
    "Document not found (404)",
    "Page not found",
    "This URL is invalid, sorry. Please use the navigation bar or search to continue.",
];
/// The pages to which no other language has one, because they name everything from the root of the
/// site, or have no buttons.
const ALONE: [&str; 2] = ["404.html", "toc.html"];
/// What is before the buttons at the end of a page's bar.
const BUTTONS: &str = "<div class=\"right-buttons\">";

/// The book in one language.
#[derive(Clone, Debug)]
pub struct Edition {
    /// The code of the language.
    pub code: String,
    /// The name of the language, in itself.
    pub name: String,
    /// The folder of the built book, relative to that of English: empty, or with a slash at the end.
    pub path: String,
}

impl Edition {
    /// Returns the book as it was written.
    pub fn english() -> Self {
        Self { code: "en".to_owned(), name: "English".to_owned(), path: String::new() }
    }
}

/// Translates mdBook's own texts in a built book.
///
/// # Errors
/// If a file cannot be read or written.
pub fn translate(folder: &Path, translation: &Translation) -> Result<()> {
    for path in built(folder)? {
        let mut text = fs::read_to_string(&path)?;
        for english in TEXTS {
            let translated = translation.plain(english);
            for (before, after) in [("\"", "\""), ("'", "'"), (">", "</"), ("<title>", " - ")] {
                let (from, to) =
                    (format!("{before}{english}{after}"), format!("{before}{translated}{after}"));
                text = text.replace(&from, &to);
            }
        }
        fs::write(path, text)?;
    }
    Ok(())
}

/// Adds links between the pages of all editions of a book.
///
/// # Errors
/// If a page has no place for them, or cannot be read or written.
pub fn link_editions(folder: &Path, editions: &[Edition]) -> Result<()> {
    for edition in editions {
        let up = if edition.path.is_empty() { "" } else { "../" };
        for path in built(&folder.join(&edition.path))? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let page = fs::read_to_string(&path)?;
            if !name.ends_with(".html")
                || ALONE.contains(&&*name)
                || page.contains("http-equiv=\"refresh\"")
            {
                continue;
            }
            ensure!(
                page.contains(BUTTONS),
                "{} has no place for links to other languages",
                path.display()
            );
            let others = editions.iter().filter(|other| other.code != edition.code);
            let links: String = others
                .map(|Edition { code, name: language, path }| {
                    format!(
                        "\n<a class=\"language\" lang=\"{code}\" hreflang=\"{code}\" \
                         href=\"{up}{path}{name}\">{language}</a>"
                    )
                })
                .collect();
            fs::write(&path, page.replacen(BUTTONS, &format!("{BUTTONS}{links}"), 1))?;
        }
    }
    Ok(())
}

/// The pages and scripts of a built book, without those of its other languages.
fn built(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_script = ["book-", "searcher-"].iter().any(|start| name.starts_with(start))
            && name.ends_with(".js");
        if is_script || name.ends_with(".html") {
            files.push(path);
        }
    }
    Ok(files)
}

//! The texts of the stages in Chinese, for a reader whose locale is Chinese. They are those of the
//! book, from `book/po/zh-CN.po`; a text without a translation stays in English.

use std::collections::HashMap;
use std::path::Path;
use std::sync::LazyLock;
use std::{env, fs};

use polib::catalog::Catalog;
use polib::po_file;
use testkit::workspace;

/// The variables that say which language a program speaks. The first one that is set counts.
const LOCALE: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

/// The Chinese texts by the English ones; none for a reader of another language.
static TEXTS: LazyLock<HashMap<String, String>> =
    LazyLock::new(|| if is_chinese(|name| env::var(name).ok()) { texts() } else { HashMap::new() });

/// Returns a text in the reader's language, paragraph by paragraph.
pub(crate) fn in_readers_language(markdown: &str) -> String {
    translated(markdown, &TEXTS)
}

fn is_chinese(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = LOCALE.into_iter().filter_map(variable).find(|value| !value.is_empty());
    set.is_some_and(|locale| locale.starts_with("zh"))
}

fn texts() -> HashMap<String, String> {
    let Ok(catalog) = read_catalog(&workspace().join("book/po/zh-CN.po")) else {
        return HashMap::new();
    };
    let current = catalog.messages().filter(|message| !message.flags().is_fuzzy());
    let texts = current.filter_map(|message| {
        let text = message.msgstr().ok().filter(|text| !text.is_empty())?;
        Some((message.msgid().to_owned(), text.to_owned()))
    });
    texts.collect()
}

/// Reads a gettext file.
///
/// # Errors
/// A sentence, if it cannot be read.
pub fn read_catalog(path: &Path) -> Result<Catalog, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    // The parser panics at an empty comment, with which some editors begin a file.
    let text: String = text.split_inclusive('\n').filter(|line| line.trim() != "#").collect();
    let catalog = po_file::parse_from_reader(text.as_bytes());
    catalog.map_err(|error| format!("{}: {error}", path.display()))
}

fn translated(markdown: &str, texts: &HashMap<String, String>) -> String {
    let paragraphs = markdown.split("\n\n").map(|paragraph| {
        let line = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        texts.get(&line).map_or(paragraph, String::as_str)
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_is_set_counts() {
        let is_chinese = |set: &[(&str, &str)]| {
            is_chinese(|name| {
                set.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(is_chinese(&[("LANG", "zh_CN.UTF-8")]));
        assert!(is_chinese(&[("LC_ALL", ""), ("LANG", "zh")]));
        assert!(!is_chinese(&[("LC_ALL", "C"), ("LANG", "zh_CN.UTF-8")]));
        assert!(!is_chinese(&[]));
    }

    #[test]
    fn a_file_may_begin_with_an_empty_comment() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, "#\nmsgid \"\"\nmsgstr \"Language: zh-CN\\n\"\n").unwrap();
        assert_eq!(read_catalog(file.path()).unwrap().metadata.language, "zh-CN");
    }

    #[test]
    fn paragraphs_are_translated_and_code_is_not() {
        let texts = [("Read one frame.".to_owned(), "读一帧。".to_owned())].into();
        let hint = "Read one\nframe.\n\n```rust\nread();\n```\n\nThen answer.";
        let expected = "读一帧。\n\n```rust\nread();\n```\n\nThen answer.";
        assert_eq!(translated(hint, &texts), expected);
        assert_eq!(translated(hint, &HashMap::new()), hint);
    }
}

//! `just messages`: what translators work with.

use std::fs;
use std::path::Path;

use anyhow::Result;
use polib::po_file;

use crate::book::{catalog, english, translation_file};
use crate::translation::{Report, Translation, empty, merged};

/// Writes `po/messages.pot`, the English texts without translations. Returns its path.
///
/// # Errors
/// If the book cannot be read, or the file not written.
pub fn write_template(folder: &Path) -> Result<String> {
    let path = folder.join("po/messages.pot");
    fs::create_dir_all(folder.join("po"))?;
    po_file::write_to_file(&merged(&english(folder)?, &empty("")), &path)?;
    Ok(path.display().to_string())
}

/// Brings the file of a translation up to date with the book, and begins it if there is none.
/// Returns what is to be translated.
///
/// # Errors
/// If the book or the file cannot be read, or the file cannot be written.
pub fn update(folder: &Path, language: &str) -> Result<Report> {
    let path = translation_file(folder, language)?;
    let old = if path.exists() { catalog(folder, language)? } else { empty(language) };
    let english = english(folder)?;
    fs::create_dir_all(folder.join("po"))?;
    po_file::write_to_file(&merged(&english, &old), &path)?;
    Ok(Translation::new(&english, &old).report(&english))
}

//! The book as HTML.

use std::path::Path;

use anyhow::Result;
use mdbook_driver::MDBook;

use crate::place;

/// Builds the book into a folder, which it empties first.
///
/// # Errors
/// If mdBook cannot build it.
pub fn build(into: &Path) -> Result<()> {
    let mut book = MDBook::load(place::root().join("book"))?;
    into.clone_into(&mut book.config.build.build_dir);
    book.build()
}

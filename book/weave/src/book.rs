//! The book as HTML.

use std::path::Path;

use mdbook_driver::MDBook;

use crate::{Outcome, place};

/// Builds the book into a folder, which it empties first.
///
/// # Errors
/// Why mdBook cannot build it.
pub fn build(into: &Path) -> Outcome<()> {
    let told = |error| format!("the book does not build: {error:#}");
    let mut book = MDBook::load(place::book()).map_err(told)?;
    into.clone_into(&mut book.config.build.build_dir);
    book.build().map_err(told)?;
    Ok(())
}

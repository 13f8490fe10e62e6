//! A reader's folder for a test, and `just next` on it.

use clap::Parser;
use guide::commands::next::Next;
use guide::solution::{File, write};
use guide::{Slot, Workshop};
use tempfile::TempDir;

/// A manifest without dependencies.
pub(crate) const MANIFEST: &str =
    "[package]\nname = \"workshop\"\nedition = \"2024\"\n\n[workspace]\n";

/// `just next` with its options.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    next: Next,
}

/// A reader's folder with these files.
pub(crate) fn workshop(files: &[File]) -> (TempDir, Workshop) {
    let folder = TempDir::new().unwrap();
    write(folder.path(), files).unwrap();
    let workshop = Workshop::at(folder.path());
    (folder, workshop)
}

/// A reader's folder with this program.
pub(crate) fn program(main: &str) -> (TempDir, Workshop) {
    let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
    workshop(&[file("Cargo.toml", MANIFEST), file("src/main.rs", main)])
}

/// Returns the screen of `just next` and whether all stages are passed, or else why it could not
/// judge.
pub(crate) fn next(workshop: &Workshop, arguments: &[&str]) -> Result<(String, bool), String> {
    let arguments = ["next", "--seed", "1"].iter().chain(arguments);
    let Arguments { next } = Arguments::parse_from(arguments);
    next.judge(workshop, &Slot::default())
}

//! The book shows what was measured.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::fs;
use std::path::Path;

use bench::figures::{FOLDER, RESULTS, figures};
use bench::results::Results;

/// If the results or the drawing change, the figures in the book must change too: `cargo run -p
/// bench -- --redraw` draws them again.
#[test]
fn the_figures_in_the_book_are_drawn_from_the_results() {
    let results = Results::read(Path::new(RESULTS)).unwrap();
    for (name, content) in figures(&results) {
        let drawn = fs::read_to_string(Path::new(FOLDER).join(name)).unwrap_or_default();
        assert!(drawn == content, "{name} is stale: run `cargo run -p bench -- --redraw`");
    }
}

#[test]
fn results_are_read_as_they_were_written() {
    let results = Results::read(Path::new(RESULTS)).unwrap();
    let copy = tempfile::NamedTempFile::new().unwrap();
    results.write(copy.path()).unwrap();
    assert_eq!(fs::read_to_string(copy.path()).unwrap(), fs::read_to_string(RESULTS).unwrap());
}

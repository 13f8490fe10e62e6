//! What tests have seen, as the book shows it: the steps' snapshots, without what `insta` notes
//! above them.

use crate::include::Include;
use crate::{Outcome, place};

/// Where the pages find them.
const FOLDER: &str = "book/src/generated/transcripts/";
/// Stands before and after the notes of a snapshot.
const FENCE: &str = "---";

/// A snapshot of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The test that wrote it, a file below the workspace's folder.
    pub source: String,
    /// What it wrote.
    pub text: String,
}

impl Snapshot {
    /// The snapshot that is behind an include, `generated/transcripts/STEP/NAME.txt`.
    ///
    /// # Errors
    /// A snapshot that is not there, or is not in the form of `insta`.
    pub fn behind(include: &Include) -> Outcome<Option<Self>> {
        let Some(name) = include.path.strip_prefix(FOLDER) else { return Ok(None) };
        let parts = name.strip_suffix(".txt").and_then(|name| name.split_once('/'));
        let Some((step, name)) = parts else {
            return Err(format!("{name} should be STEP/NAME.txt").into());
        };
        let path = format!("steps/{step}/tests/snapshots/{name}.snap");
        let snapshot = place::read(&place::root().join(&path))
            .map_err(|_| format!("there is no snapshot {path}"))?;
        Self::read(&snapshot).map(Some).ok_or_else(|| format!("{path} is no snapshot").into())
    }

    fn read(snapshot: &str) -> Option<Self> {
        let rest = snapshot.strip_prefix(FENCE)?;
        let (notes, text) = rest.split_once(&format!("\n{FENCE}\n"))?;
        let source = notes.lines().find_map(|line| line.strip_prefix("source: "))?;
        Some(Self { source: source.trim_matches('"').to_owned(), text: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notes_are_left_out_however_many_there_are() {
        let snapshot = "---\nsource: steps/x/tests/y.rs\ninfo: z\nexpression: a\n---\n→ 81\n---\n";
        let read = Snapshot::read(snapshot).unwrap();
        assert_eq!(read.source, "steps/x/tests/y.rs");
        assert_eq!(read.text, "→ 81\n---\n");
        assert_eq!(Snapshot::read("→ 81"), None);
    }
}

//! What is kept between two commands: how far each server has come, and which hints were shown.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The name of the file, in the reader's folder.
const FILE: &str = ".progress";
/// The name under which the reader's own program in `workshop/` is kept.
pub(crate) const OWN: &str = "workshop";

/// The progress of all servers.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// The server that was judged last: an address, or [`OWN`].
    last: Option<String>,
    servers: BTreeMap<String, Standing>,
}

/// How far a server has come.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Standing {
    /// The stage that is open; the number after the last one if none is.
    pub(crate) open: u8,
    /// The stages of which all of Autobahn's cases have passed once.
    pub(crate) passed_cases: BTreeSet<u8>,
    /// How many hints of each stage were shown.
    pub(crate) hints: BTreeMap<u8, usize>,
}

impl Default for Standing {
    fn default() -> Self {
        Self { open: 1, passed_cases: BTreeSet::new(), hints: BTreeMap::new() }
    }
}

impl Progress {
    /// Reads the progress in this folder. Without a file, nothing has been done yet.
    ///
    /// # Errors
    /// A sentence, if there is a file that cannot be read.
    pub(crate) fn read(folder: &Path) -> Result<Self, String> {
        let path = path(folder);
        let problem = |why: String| {
            format!(
                "{} cannot be read: {why}. Delete the file to start again from stage 1.",
                path.display()
            )
        };
        match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).map_err(|error| problem(error.to_string())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(problem(error.to_string())),
        }
    }

    /// Writes the progress into this folder.
    ///
    /// # Errors
    /// A sentence, if it cannot be written.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), String> {
        let path = path(folder);
        let problem = |why: String| format!("{} cannot be written: {why}", path.display());
        let text =
            serde_json::to_string_pretty(self).map_err(|error| problem(error.to_string()))?;
        fs::write(&path, text + "\n").map_err(|error| problem(error.to_string()))
    }

    /// The standing of this server, which is judged now.
    pub(crate) fn of(&mut self, server: &str) -> &mut Standing {
        self.last = Some(server.to_owned());
        self.servers.entry(server.to_owned()).or_default()
    }

    /// The standing of the server that was judged last.
    pub(crate) fn of_last(&mut self) -> &mut Standing {
        let last = self.last.clone().unwrap_or_else(|| OWN.to_owned());
        self.of(&last)
    }

    /// Forgets a server.
    pub(crate) fn forget(&mut self, server: &str) {
        self.servers.remove(server);
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::tempdir;

    #[test]
    fn each_server_has_a_standing_of_its_own_and_the_last_one_is_known() {
        let folder = tempdir().unwrap();
        let mut progress = Progress::read(folder.path()).unwrap();
        assert_eq!(progress.of_last(), &Standing::default());
        progress.of(OWN).open = 3;
        let other = progress.of("ws://127.0.0.1:8080/");
        other.open = 17;
        other.passed_cases.insert(16);
        other.hints.insert(17, 2);
        progress.write(folder.path()).unwrap();
        let mut read = Progress::read(folder.path()).unwrap();
        assert_eq!(read, progress);
        assert_eq!((read.of_last().open, read.of(OWN).open, read.of_last().open), (17, 3, 3));
        read.forget(OWN);
        assert_eq!(read.of(OWN).open, 1);
    }

    #[test]
    fn a_file_that_is_not_ours_is_named() {
        let folder = tempdir().unwrap();
        fs::write(folder.path().join(FILE), "{}").unwrap();
        let problem = Progress::read(folder.path()).unwrap_err();
        assert!(
            problem.contains(".progress cannot be read") && problem.contains("Delete the file")
        );
    }
}

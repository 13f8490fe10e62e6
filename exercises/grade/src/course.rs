//! The course: which exercises there are, in which order.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The exercises, as the `info.toml` that `rustlings` reads lists them.
#[derive(Debug)]
pub struct Course {
    /// The folder that `info.toml` is in.
    pub folder: PathBuf,
    /// The exercises, in the order in which they are done.
    pub exercises: Vec<Exercise>,
}

/// One exercise.
#[derive(Clone, Debug, Deserialize)]
pub struct Exercise {
    /// Its name, which is that of its file.
    pub name: String,
    /// Its step, as the folder of its file: `02_handshake`.
    #[serde(rename = "dir")]
    pub step: String,
    /// What `just hint NAME` says.
    pub hint: String,
}

#[derive(Deserialize)]
struct Info {
    exercises: Vec<Exercise>,
}

impl Course {
    /// The course in this repository.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn own() -> Result<Self, String> {
        // Where cargo runs this program: in a copy of the repository it need not build it again.
        let here = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let here = here.unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let is_course = |folder: &&Path| folder.join("exercises/info.toml").is_file();
        let root = here.ancestors().find(is_course).unwrap_or(&here);
        Self::open(&root.join("exercises"))
    }

    /// The course in this folder.
    ///
    /// # Errors
    /// A sentence about an `info.toml` that is not there or says something else.
    pub fn open(folder: &Path) -> Result<Self, String> {
        let text = read(&folder.join("info.toml"))?;
        let info: Info = toml::from_str(&text)
            .map_err(|error| format!("{}: {error}", folder.join("info.toml").display()))?;
        Ok(Self { folder: folder.to_owned(), exercises: info.exercises })
    }
}

impl Exercise {
    /// Where its file is in a learner's copy of the course's folder.
    pub fn path_in(&self, folder: &Path) -> PathBuf {
        folder.join("exercises").join(self.file())
    }

    /// Where its solution is in the course's folder.
    pub fn solution_in(&self, folder: &Path) -> PathBuf {
        folder.join("solutions").join(self.file())
    }

    fn file(&self) -> PathBuf {
        Path::new(&self.step).join(&self.name).with_extension("rs")
    }
}

/// Reads a file, or says which one could not be read.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

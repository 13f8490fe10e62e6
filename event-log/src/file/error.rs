//! What can be wrong with the file of a log.

use std::io;
use std::path::{Path, PathBuf};

/// The log could not be opened, or something could not be stored. The sentence names the file or
/// folder and says what to do.
#[derive(Debug, thiserror::Error)]
#[error("cannot use {}: {problem}", path.display())]
pub struct FileError {
    /// The file or folder.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: Problem,
}

impl FileError {
    /// Returns the error of a problem with this file or folder.
    pub(crate) fn new(path: &Path, problem: impl Into<Problem>) -> Self {
        Self { path: path.to_owned(), problem: problem.into() }
    }
}

/// What is wrong with a file or folder.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// Another process has opened the folder.
    #[error("another process is using this folder; stop that process, or choose another folder")]
    InUse,
    /// The path is that of a file, or leads through a file.
    #[error("a file is where the folder should be; choose another folder")]
    NotAFolder,
    /// The user who runs this process has no rights.
    #[error("no permission to read and write here; change the rights, or choose another folder")]
    Denied,
    /// The disk, or the part of it that the user may fill, is full.
    #[error("the disk is full, and nothing was stored; make room on the disk")]
    Full,
    /// The content of the file is not what was written.
    #[error(
        "the file is damaged ({0}); put a backup in its place, or move it away to start with an \
         empty log"
    )]
    Damaged(String),
    /// Another version of this program has written the file.
    #[error(
        "the file has the format {found}, and this version of the program reads the format \
         {expected}; use the version that wrote the file, or choose another folder"
    )]
    OtherFormat {
        /// The format of the file.
        found: String,
        /// The format that this version reads and writes.
        expected: u64,
    },
    /// Anything else that the system reports.
    #[error("the system reports an error ({0}); check the disk, or choose another folder")]
    Io(String),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind as Kind;
        match error.kind() {
            Kind::NotADirectory | Kind::AlreadyExists => Self::NotAFolder,
            Kind::PermissionDenied | Kind::ReadOnlyFilesystem => Self::Denied,
            Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge => Self::Full,
            // `redb` returns these for a file of another kind, or for one that ends too early.
            Kind::InvalidData | Kind::UnexpectedEof => Self::Damaged(error.to_string()),
            _ => Self::Io(error.to_string()),
        }
    }
}

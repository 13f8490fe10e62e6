//! The folder of a log, which one process at a time has.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::file::error::{FileError, Problem};

/// The file with the entries.
const FILE: &str = "log.redb";
/// The same file until it is complete. A process that is killed may leave it behind.
const UNFINISHED: &str = "log.redb.new";
/// An empty file. The process that has locked it has the folder.
const LOCK: &str = "lock";

/// How long we wait for a process that is about to end, and the time between two attempts.
const LOCK_TIME: Duration = Duration::from_secs(1);
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// A folder that belongs to this process until this value is dropped.
pub(crate) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Takes the folder for this process, and creates it if it does not exist. Waits for up to a
    /// second if another process has it: after a restart, the old process may not have ended yet.
    pub(crate) fn take(path: &Path) -> Result<Self, FileError> {
        create(path).map_err(|error| FileError::new(path, error))?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let lock = options
            .open(path.join(LOCK))
            .map_err(|error| FileError::new(&path.join(LOCK), error))?;
        let deadline = Instant::now() + LOCK_TIME;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Self { path: path.to_owned(), _lock: lock }),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => sleep(LOCK_PAUSE),
                Err(TryLockError::WouldBlock) => {
                    return Err(FileError::new(path, Problem::InUse));
                }
                Err(TryLockError::Error(error)) => return Err(FileError::new(path, error)),
            }
        }
    }

    /// Returns the path of the file with the entries.
    pub(crate) fn file(&self) -> PathBuf {
        self.path.join(FILE)
    }

    /// Creates the file with `write`, unless it exists.
    ///
    /// The file gets its name when it is complete. So a file that has the name and is empty or too
    /// short is damaged, and is never treated as a new one.
    pub(crate) fn ensure_file(
        &self,
        write: impl FnOnce(&Path) -> Result<(), Problem>,
    ) -> Result<(), FileError> {
        let (file, unfinished) = (self.file(), self.path.join(UNFINISHED));
        let exists = file.try_exists().map_err(|error| FileError::new(&file, error))?;
        if exists {
            return Ok(());
        }
        let made = remove_if_there(&unfinished)
            .map_err(Problem::from)
            .and_then(|()| write(&unfinished))
            .and_then(|()| Ok(fs::rename(&unfinished, &file)?))
            .and_then(|()| Ok(sync_names(&self.path)?));
        made.map_err(|problem| FileError::new(&unfinished, problem))
    }
}

/// Creates a folder and those around it. Only its owner may look into it, because the file
/// contains the secrets by which visitors are known.
fn create(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Syncs the names in a folder, and the names of the folders around it: they may be new as well.
#[cfg(unix)]
fn sync_names(folder: &Path) -> io::Result<()> {
    let folder = folder.canonicalize()?;
    File::open(&folder)?.sync_all()?;
    for around in folder.ancestors().skip(1) {
        // We may have no right to read a folder that somebody else has made.
        if let Ok(around) = File::open(around) {
            let _ = around.sync_all();
        }
    }
    Ok(())
}

/// On this system, a folder cannot be synced. NTFS keeps a journal of the names.
#[cfg(not(unix))]
fn sync_names(_folder: &Path) -> io::Result<()> {
    Ok(())
}

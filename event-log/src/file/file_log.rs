//! A log in a file: read once, when it is opened; written in batches.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use redb::{Builder, Database, DatabaseError};

use crate::agreed::entry::{Entry, Snapshot};
use crate::file::amount::Amount;
use crate::file::error::{FileError, Problem};
use crate::file::folder::Folder;
use crate::file::tables;

/// What a log keeps in its file: 100,000 events, and 256 MiB of their texts.
pub const LIMIT: Amount = Amount { events: 100_000, bytes: 256 * 1024 * 1024 };

/// Bytes of the file that `redb` keeps in memory. The log itself is in memory, too.
const CACHE: usize = 16 * 1024 * 1024;

/// A log in a file. Its methods block until the disk has answered.
pub struct FileLog {
    /// `None` after a failure, until the next call opens the file again.
    store: Mutex<Option<Store>>,
    open: Box<Open>,
    file: PathBuf,
    /// Dropped last: until then the folder is ours.
    _folder: Option<Folder>,
}

/// Opens the database. Tests open one that is not in a file.
type Open = dyn Fn() -> Result<Database, DatabaseError> + Send + Sync;

/// The database, and how much it keeps.
struct Store {
    database: Database,
    kept: Amount,
}

impl FileLog {
    /// Opens the log in a folder, and returns it together with all that it keeps: the events,
    /// oldest first, and the newest snapshot in its place among them. Creates the folder and the
    /// log if there is none.
    ///
    /// The folder belongs to this process until the log is dropped. The whole file is read, and
    /// every page is compared with its checksum.
    ///
    /// # Errors
    /// See [`Problem`]. A file that cannot be read is left where it is.
    pub fn open(folder: &Path) -> Result<(Self, Vec<Entry>), FileError> {
        let folder = Folder::take(folder)?;
        folder.ensure_file(|path| {
            tables::create(&builder().create(path).map_err(tables::problem)?)
        })?;
        let file = folder.file();
        let path = file.clone();
        let open = move || builder().open(&path);
        Self::over(Box::new(open), file, Some(folder))
    }

    fn over(
        open: Box<Open>,
        file: PathBuf,
        folder: Option<Folder>,
    ) -> Result<(Self, Vec<Entry>), FileError> {
        let (store, entries) =
            open_store(&*open).map_err(|problem| FileError::new(&file, problem))?;
        let store = Mutex::new(Some(store));
        Ok((Self { store, open, file, _folder: folder }, entries))
    }

    /// Stores entries in one transaction. When it returns `Ok`, they are on the disk. Changes of
    /// names are not stored.
    ///
    /// After an error the batch is in the file as a whole, or not at all. Store it again later: an
    /// entry replaces the one with the same id. The next call opens the file again, and so reads
    /// all of it.
    ///
    /// # Errors
    /// See [`Problem`].
    pub fn store(&self, entries: &[Entry]) -> Result<(), FileError> {
        self.change(|store| tables::store(&store.database, entries, store.kept))
    }

    /// Stores a snapshot of the sum of all entries, and removes the oldest events that are included
    /// in it until no more than `limit` is kept, in one transaction. Events after
    /// [`Snapshot::upto`] stay, however many they are.
    ///
    /// # Errors
    /// As [`store`](Self::store). After an error nothing is removed, or all.
    pub fn trim(&self, limit: Amount, snapshot: &Snapshot) -> Result<(), FileError> {
        self.change(|store| tables::trim(&store.database, limit, snapshot, store.kept))
    }

    /// Returns whether it is time to [`trim`](Self::trim): a tenth more than `limit` is kept. So
    /// one transaction removes many events. After a failure to store, returns `false`.
    pub fn needs_trim(&self, limit: Amount) -> bool {
        let limit = Amount {
            events: limit.events.saturating_add(limit.events / 10),
            bytes: limit.bytes.saturating_add(limit.bytes / 10),
        };
        self.lock().as_ref().is_some_and(|store| store.kept.exceeds(limit))
    }

    /// Changes what is stored. `redb` allows nothing more after a failure, so the file is closed,
    /// and the next change opens it again.
    fn change(
        &self,
        change: impl FnOnce(&Store) -> Result<Amount, Problem>,
    ) -> Result<(), FileError> {
        let mut place = self.lock();
        let outcome = match place.take() {
            Some(store) => Ok(store),
            None => open_store(&*self.open).map(|(store, _)| store),
        }
        .and_then(|mut store| {
            store.kept = change(&store)?;
            Ok(store)
        });
        *place = Some(outcome.map_err(|problem| FileError::new(&self.file, problem))?);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Store>> {
        // The place is empty while a change is under way, so a panic leaves nothing half done.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn open_store(open: &Open) -> Result<(Store, Vec<Entry>), Problem> {
    let database = open().map_err(tables::problem)?;
    let (entries, kept) = tables::read(&database)?;
    Ok((Store { database, kept }, entries))
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE).set_check_integrity_on_open(true);
    builder
}

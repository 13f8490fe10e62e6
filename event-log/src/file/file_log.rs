//! A log in a file: read once, when it is opened; written in batches.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use redb::{Builder, Database, DatabaseError};

use crate::agreed::entry::{Entry, Snapshot};
use crate::file::amount::Amount;
use crate::file::error::{FileError, Problem};
#[cfg(test)]
use crate::file::fake_disk::FakeDisk;
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
    /// Opens the log in a folder, and creates both if they do not exist. Returns the log with its
    /// content: the events, oldest first, and the newest snapshot in its place among them.
    ///
    /// The folder belongs to this process until the log is dropped. The whole file is read, and
    /// every page is compared with its checksum.
    ///
    /// # Errors
    /// See [`Problem`]. A file that cannot be read stays where it is.
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

    /// Opens the log on a simulated disk. A disk that is new gets its tables first.
    #[cfg(test)]
    pub(crate) fn open_on(disk: &FakeDisk) -> Result<(Self, Vec<Entry>), FileError> {
        let disk = disk.clone();
        if disk.is_new() {
            let database = builder().create_with_backend(disk.clone()).map_err(tables::problem);
            let created = database.and_then(|database| tables::create(&database));
            created.map_err(|problem| FileError::new(Path::new("log.redb"), problem))?;
        }
        let open = move || builder().create_with_backend(disk.clone());
        Self::over(Box::new(open), PathBuf::from("log.redb"), None)
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

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{RngExt as _, SeedableRng as _};

    use super::*;
    use crate::agreed::entry::{Draft, Record};
    use crate::event::EventId;

    /// Power cuts that the test plays.
    const CUTS: u64 = 300;

    fn messages(first: u64, count: u64) -> Vec<Entry> {
        let message = |milliseconds: u64| {
            let data = format!("{milliseconds} {}", "x".repeat(100));
            let draft = Draft::new("lobby", "k", data);
            let id = EventId { milliseconds, sequence: 0 };
            Entry { id, record: Some(Record::Event(draft)), snapshot: None }
        };
        (first..first + count).map(message).collect()
    }

    fn open(disk: &FakeDisk) -> (FileLog, Vec<Entry>) {
        FileLog::open_on(disk).unwrap()
    }

    fn new_disk() -> FakeDisk {
        let disk = FakeDisk::default();
        drop(open(&disk));
        disk
    }

    /// Cuts the power in the middle of batches and of trimming. The disk then has any part of what
    /// was not synced.
    #[test]
    fn a_power_cut_loses_nothing_that_was_confirmed() {
        let mut cut_in_a_batch = 0;
        for seed in 0..CUTS {
            let mut random = StdRng::seed_from_u64(seed);
            let disk = new_disk();
            let (mut expected, mut next) = (vec![], 1);
            for _ in 0..3 {
                let (log, kept) = open(&disk);
                assert_eq!(kept, expected, "seed {seed}");
                disk.fail_after(random.random_range(0..400));
                let mut unconfirmed;
                loop {
                    if random.random_bool(0.2) && !expected.is_empty() {
                        let snapshot = Snapshot {
                            upto: EventId { milliseconds: next - 1, sequence: 0 },
                            ..Snapshot::default()
                        };
                        let limit = Amount { events: random.random_range(1..50), bytes: 1 << 20 };
                        unconfirmed = trimmed(&expected, limit, &snapshot);
                        if log.trim(limit, &snapshot).is_err() {
                            break;
                        }
                    } else {
                        let batch = messages(next, random.random_range(1..40));
                        unconfirmed = [&expected[..], &batch].concat();
                        next += batch.len() as u64;
                        assert!(next < 100_000, "seed {seed}: nothing is written to the disk");
                        if log.store(&batch).is_err() {
                            break;
                        }
                    }
                    expected.clone_from(&unconfirmed);
                }
                drop(log);
                disk.restart(&mut random);
                // What was under way is there as a whole, or not at all.
                let kept = open(&disk).1;
                assert!(kept == expected || kept == unconfirmed, "seed {seed}");
                cut_in_a_batch += u64::from(kept == expected);
                expected = kept;
            }
        }
        assert!((1..CUTS * 3).contains(&cut_in_a_batch), "{cut_in_a_batch}");
    }

    /// Returns what trimming should leave of a log whose snapshot is at its newest event.
    fn trimmed(entries: &[Entry], limit: Amount, snapshot: &Snapshot) -> Vec<Entry> {
        let mut kept: Vec<Entry> =
            entries.iter().filter(|entry| entry.record.is_some()).cloned().collect();
        for entry in &mut kept {
            entry.snapshot = None;
        }
        kept.drain(..kept.len().saturating_sub(usize::try_from(limit.events).unwrap()));
        let upto = snapshot.upto;
        match kept.last_mut().filter(|newest| newest.id == upto) {
            Some(newest) => newest.snapshot = Some(snapshot.clone()),
            None => kept.push(Entry { id: upto, record: None, snapshot: Some(snapshot.clone()) }),
        }
        kept
    }

    /// After somebody has made room, the same batch is stored, and nothing needs a restart.
    #[test]
    fn a_full_disk_is_reported_and_the_batch_can_be_stored_later() {
        let disk = new_disk();
        let (log, _) = open(&disk);
        log.store(&messages(1, 10)).unwrap();
        disk.set_full(true);
        let batch = messages(11, 10_000);
        for _ in 0..2 {
            let error = log.store(&batch).unwrap_err();
            assert!(matches!(error.problem, Problem::Full), "{error}");
            assert!(error.to_string().contains("log.redb: the disk is full"), "{error}");
        }
        disk.set_full(false);
        log.store(&batch).unwrap();
        drop(log);
        assert_eq!(open(&disk).1, messages(1, 10_010));
    }

    /// `redb` checks for itself what it reads, but not whether the tables are ours.
    #[test]
    fn a_database_without_our_tables_is_damaged() {
        let disk = FakeDisk::default();
        drop(builder().create_with_backend(disk.clone()).unwrap());
        let open = move || builder().create_with_backend(disk.clone());
        let error = FileLog::over(Box::new(open), PathBuf::from("log.redb"), None).err().unwrap();
        assert!(matches!(error.problem, Problem::Damaged(_)), "{error}");
    }
}

//! The tables of the file, and how entries become rows.

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction};

use crate::agreed::entry::{Draft, Entry, Record, Snapshot};
use crate::event::EventId;
use crate::file::amount::Amount;
use crate::file::error::Problem;

/// The format of the tables below. Another number means that they are others.
const FORMAT: u64 = 2;

/// Facts about the file: only its format.
const ABOUT: TableDefinition<&str, u64> = TableDefinition::new("about");
const ABOUT_FORMAT: &str = "format";
/// Events by id.
const EVENTS: TableDefinition<Id, Row> = TableDefinition::new("events");
/// Snapshots by the id of their entry, as JSON.
const SNAPSHOTS: TableDefinition<Id, &str> = TableDefinition::new("snapshots");

/// The milliseconds and the sequence number of an id. They sort as ids do.
type Id = (u64, u64);
/// The topic, the owner, the key and the content of an event.
type Row = (&'static str, &'static str, &'static str, &'static str);

/// Makes the tables of a new file.
pub(crate) fn create(database: &Database) -> Result<(), Problem> {
    write(database, |transaction| {
        transaction.open_table(ABOUT)?.insert(ABOUT_FORMAT, FORMAT)?;
        transaction.open_table(EVENTS)?;
        transaction.open_table(SNAPSHOTS)?;
        Ok(())
    })
}

/// Returns the whole content, oldest first, with the newest snapshot, and its size.
pub(crate) fn read(database: &Database) -> Result<(Vec<Entry>, Amount), Problem> {
    let transaction = database.begin_read().map_err(problem)?;
    let about = transaction.open_table(ABOUT).map_err(problem)?;
    let format = about.get(ABOUT_FORMAT).map_err(problem)?.map(|format| format.value());
    if format != Some(FORMAT) {
        let found = format.map_or("unknown".to_owned(), |format| format.to_string());
        return Err(Problem::OtherFormat { found, expected: FORMAT });
    }
    let (mut entries, mut amount) = (Vec::new(), Amount::default());
    for row in transaction.open_table(EVENTS).map_err(problem)?.iter().map_err(problem)? {
        let (id, event) = row.map_err(problem)?;
        let (topic, owner, key, data) = event.value();
        amount.add(amount_of(event.value()));
        let draft = Draft::new(topic, key, data).owned_by(owner);
        let record = Some(Record::Event(draft));
        entries.push(Entry { id: event_id(id.value()), record, snapshot: None });
    }
    let snapshots = transaction.open_table(SNAPSHOTS).map_err(problem)?;
    if let Some((id, json)) = snapshots.last().map_err(problem)? {
        let snapshot = serde_json::from_str(json.value())
            .map_err(|error| Problem::Damaged(format!("its snapshot cannot be read: {error}")))?;
        add_snapshot(&mut entries, event_id(id.value()), snapshot);
    }
    Ok((entries, amount))
}

/// Puts a snapshot into its place: the entry with its id, or one of its own.
fn add_snapshot(entries: &mut Vec<Entry>, id: EventId, snapshot: Snapshot) {
    match entries.binary_search_by_key(&id, |entry| entry.id) {
        Ok(place) => entries[place].snapshot = Some(snapshot),
        Err(place) => entries.insert(place, Entry { id, record: None, snapshot: Some(snapshot) }),
    }
}

/// Stores entries, and returns how much is kept then. An entry that is stored a second time
/// replaces the first.
pub(crate) fn store(
    database: &Database,
    entries: &[Entry],
    mut kept: Amount,
) -> Result<Amount, Problem> {
    write(database, |transaction| {
        let mut events = transaction.open_table(EVENTS)?;
        let mut snapshots = transaction.open_table(SNAPSHOTS)?;
        for entry in entries {
            if let Some(Record::Event(Draft { topic, owner, key, data })) = &entry.record {
                let row = (&**topic, &**owner, &**key, &**data);
                kept.add(amount_of(row));
                if let Some(replaced) = events.insert(row_id(entry.id), row)? {
                    kept.subtract(amount_of(replaced.value()));
                }
            }
            if let Some(snapshot) = &entry.snapshot {
                snapshots.insert(row_id(entry.id), &*json(snapshot)?)?;
            }
        }
        Ok(())
    })?;
    Ok(kept)
}

/// Stores a snapshot in the place of the earlier ones, removes the oldest events that are included
/// in it until no more than `limit` is kept, and returns how much that is.
pub(crate) fn trim(
    database: &Database,
    limit: Amount,
    snapshot: &Snapshot,
    mut kept: Amount,
) -> Result<Amount, Problem> {
    let upto = row_id(snapshot.upto);
    write(database, |transaction| {
        let mut snapshots = transaction.open_table(SNAPSHOTS)?;
        snapshots.retain_in::<Id, _>(..upto, |_, _| false)?;
        snapshots.insert(upto, &*json(snapshot)?)?;
        let mut events = transaction.open_table(EVENTS)?;
        let mut last_removed = None;
        for row in events.range::<Id>(..=upto)? {
            if !kept.exceeds(limit) {
                break;
            }
            let (id, event) = row?;
            kept.subtract(amount_of(event.value()));
            last_removed = Some(id.value());
        }
        if let Some(last) = last_removed {
            events.retain_in::<Id, _>(..=last, |_, _| false)?;
        }
        Ok(())
    })?;
    Ok(kept)
}

/// Runs one transaction. It is on the disk when this function returns `Ok`.
fn write(
    database: &Database,
    change: impl FnOnce(&WriteTransaction) -> Result<(), redb::Error>,
) -> Result<(), Problem> {
    // `Durability::Immediate` is the default of `redb`.
    let transaction = database.begin_write().map_err(problem)?;
    change(&transaction).map_err(problem)?;
    transaction.commit().map_err(problem)
}

fn amount_of((topic, owner, key, data): (&str, &str, &str, &str)) -> Amount {
    Amount { events: 1, bytes: (topic.len() + owner.len() + key.len() + data.len()) as u64 }
}

fn json(snapshot: &Snapshot) -> Result<String, redb::Error> {
    serde_json::to_string(snapshot).map_err(|error| redb::Error::Io(error.into()))
}

fn row_id(id: EventId) -> Id {
    (id.milliseconds, id.sequence)
}

fn event_id((milliseconds, sequence): Id) -> EventId {
    EventId { milliseconds, sequence }
}

/// Says in our words what `redb` reports.
pub(crate) fn problem(error: impl Into<redb::Error>) -> Problem {
    match error.into() {
        redb::Error::Io(error) => error.into(),
        redb::Error::DatabaseAlreadyOpen | redb::Error::LockProtocolMismatch => Problem::InUse,
        redb::Error::UpgradeRequired(version) => {
            Problem::OtherFormat { found: format!("redb {version}"), expected: FORMAT }
        }
        redb::Error::TableDoesNotExist(table) => {
            Problem::Damaged(format!("it has no table {table:?}"))
        }
        error @ (redb::Error::Corrupted(_) | redb::Error::TableTypeMismatch { .. }) => {
            Problem::Damaged(error.to_string())
        }
        error => Problem::Io(error.to_string()),
    }
}

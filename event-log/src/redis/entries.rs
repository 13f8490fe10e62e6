//! How an entry of the log is written in a Redis stream.
//!
//! An event has the fields `t`, `o`, `k` and `d`: its topic, owner, key and data. One without an
//! owner, or that an earlier version has written, has no `o`. A change of names has `n`, and a
//! snapshot `s`, both as JSON.

use redis::streams::StreamId;
use redis::{ErrorKind, RedisError, RedisResult};
use serde::Serialize;

use crate::agreed::entry::{Draft, Entry, NameChange, Record, Snapshot};
use crate::event::EventId;
use crate::process::command::Addition;

/// Returns the fields of an entry, with their values.
pub(crate) fn fields_of(record: Option<&Record>, snapshot: Option<&Snapshot>) -> Vec<[String; 2]> {
    let field = |name: &str, value: &str| [name.to_owned(), value.to_owned()];
    let mut fields = match record {
        Some(Record::Event(Draft { topic, owner, key, data })) => {
            let mut fields = vec![field("t", topic), field("k", key), field("d", data)];
            if !owner.is_empty() {
                fields.push(field("o", owner));
            }
            fields
        }
        Some(Record::Names(change)) => vec![field("n", &json(change))],
        None => Vec::new(),
    };
    fields.extend(snapshot.map(|snapshot| field("s", &json(snapshot))));
    // Redis takes no entry without fields.
    if fields.is_empty() {
        fields.push(field("x", ""));
    }
    fields
}

/// Returns the fields of an addition.
pub(crate) fn fields_of_addition(addition: &Addition) -> Vec<[String; 2]> {
    match addition {
        Addition::Record(record) => fields_of(Some(record), None),
        Addition::Snapshot(snapshot) => fields_of(None, Some(snapshot)),
    }
}

/// Reads an entry. One that this version does not understand has its place, and no content.
pub(crate) fn entry_of(stored: &StreamId) -> RedisResult<Entry> {
    let text = |field: &str| stored.get::<String>(field);
    let event = || -> Option<Record> {
        let draft = Draft::new(text("t")?, text("k")?, text("d")?);
        Some(Record::Event(draft.owned_by(text("o").unwrap_or_default())))
    };
    let change = || -> Option<Record> {
        let change: NameChange = serde_json::from_str(&text("n")?).ok()?;
        Some(Record::Names(change))
    };
    let snapshot = text("s").and_then(|text| serde_json::from_str(&text).ok());
    Ok(Entry { id: id_of(stored)?, record: event().or_else(change), snapshot })
}

/// Reads the id of an entry.
pub(crate) fn id_of(stored: &StreamId) -> RedisResult<EventId> {
    let invalid = |_| RedisError::from((ErrorKind::Parse, "an entry has an invalid id"));
    stored.id.parse().map_err(invalid)
}

fn json(value: &impl Serialize) -> String {
    // The only error would be a map whose keys are not texts, and no value has one.
    serde_json::to_string(value).unwrap_or_default()
}

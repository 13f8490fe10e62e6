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

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use redis::Value;

    use super::*;

    fn stored(fields: &[[String; 2]]) -> StreamId {
        let value = |value: &String| Value::BulkString(value.clone().into_bytes());
        let map: HashMap<String, Value> =
            fields.iter().map(|[name, text]| (name.clone(), value(text))).collect();
        StreamId { id: "1763716484123-0".to_owned(), map, ..StreamId::default() }
    }

    #[test]
    fn an_event_is_read_as_it_was_written() {
        for owner in ["Ada", ""] {
            let event = Record::Event(Draft::new("room/tea", "k", "hello").owned_by(owner));
            let read = entry_of(&stored(&fields_of(Some(&event), None))).unwrap();
            assert_eq!(read.record, Some(event));
        }
    }

    /// Its events have no owner, and its names have no looks.
    #[test]
    fn what_an_earlier_version_has_written_is_read() {
        let fields = |fields: &[[&str; 2]]| fields.iter().map(|it| it.map(str::to_owned)).collect();
        let event: Vec<[String; 2]> = fields(&[["t", "vote"], ["k", "v1"], ["d", "Ada"]]);
        let expected = Record::Event(Draft::new("vote", "v1", "Ada"));
        assert_eq!(entry_of(&stored(&event)).unwrap().record, Some(expected));
        let change = r#"{"change":"seat","room":"tea","name":"Ada","session":"a",
            "seat":{"process":"p","number":1},"is_present":true,"came":5}"#;
        let change = entry_of(&stored(&fields(&[["n", change]]))).unwrap().record;
        let Some(Record::Names(NameChange::Seat { looks, .. })) = change else {
            panic!("{change:?} should be a seat")
        };
        assert_eq!(&*looks, "");
        let snapshot = r#"{"upto":"1-0","names":[{"room":"tea","name":"Ada","session":"a",
            "present":null,"claims":[],"is_announced":true}],"counts":{}}"#;
        let snapshot = entry_of(&stored(&fields(&[["s", snapshot]]))).unwrap().snapshot;
        assert_eq!(snapshot.map(|snapshot| snapshot.names.len()), Some(1));
    }
}

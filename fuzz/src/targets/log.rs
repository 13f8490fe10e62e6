//! Entries of the event log with any content: no panic, and all processes come to the same sum

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use arbitrary::{Arbitrary as _, Result, Unstructured};
use event_log::agreed::entry::{Draft, Entry, Record};
use event_log::agreed::fingerprint::Fingerprint;
use event_log::agreed::sum::{Agreed, Change};
use event_log::{EventId, Topics};

/// The topic that is counted.
const VOTE: &str = "vote";
/// The most contents that are counted in a topic.
const CONTENTS_MAX: usize = 100;

/// The input: a byte for the number of kept events, and a line for each entry: `e`, a topic,
/// an owner, a key and data with spaces between them; or `n` or `s`, and the JSON of a change of names
/// or of a snapshot, as they are in Redis.
pub(crate) fn run(bytes: &[u8]) -> Result<()> {
    let mut input = Unstructured::new(bytes);
    let events_max = usize::from(u8::arbitrary(&mut input)?);
    let text = String::from_utf8_lossy(input.take_rest());
    let topics = Topics { events_max, counted: vec![VOTE.into()], kept: Vec::new() };
    let [mut one, mut other] = [(); 2].map(|()| Agreed::new(topics.clone()));
    let mut entries = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        entries.extend(entry(EventId { milliseconds: number, sequence: 0 }, line));
    }
    for entry in &entries {
        let changes = one.apply(entry);
        assert_eq!(changes, other.apply(entry), "two processes");
        // An entry that is read twice changes nothing.
        assert_eq!(one.apply(entry), []);
        assert_eq!(one.position(), entry.id);
        if let Some(Record::Event(draft)) = &entry.record {
            let fingerprint = Fingerprint::of(draft);
            assert!(changes.contains(&Change::Stored(fingerprint)), "{changes:?}");
            assert!(one.id_of(fingerprint).is_some_and(|id| id <= entry.id));
        }
    }
    if entries.iter().all(|entry| entry.snapshot.is_none()) {
        let counts: BTreeMap<Arc<str>, u64> =
            one.counts(VOTE).map(|(content, count)| (Arc::clone(content), count)).collect();
        assert_eq!(counts, counted(&entries));
    }
    Ok(())
}

/// Counts the votes, each of them once.
fn counted(entries: &[Entry]) -> BTreeMap<Arc<str>, u64> {
    let (mut seen, mut counts) = (HashSet::new(), BTreeMap::new());
    for entry in entries {
        let Some(Record::Event(Draft { topic, owner, key, data })) = &entry.record else {
            continue;
        };
        let is_new = seen.insert([topic, owner, key, data].map(Arc::clone));
        let has_room = counts.len() < CONTENTS_MAX || counts.contains_key(data);
        if is_new && has_room && **topic == *VOTE {
            *counts.entry(data.clone()).or_default() += 1;
        }
    }
    counts
}

/// Reads a line. Returns `None` if it is not an entry.
fn entry(id: EventId, line: &str) -> Option<Entry> {
    let (kind, content) = line.split_once(' ')?;
    let mut entry = Entry { id, record: None, snapshot: None };
    match kind {
        "e" => {
            let mut words = content.splitn(4, ' ');
            let mut word = || words.next().unwrap_or_default();
            let (topic, owner, key) = (word(), word(), word());
            let draft = Draft::new(topic, key, word()).owned_by(owner);
            entry.record = Some(Record::Event(draft));
        }
        "n" => entry.record = Some(Record::Names(serde_json::from_str(content).ok()?)),
        "s" => entry.snapshot = Some(serde_json::from_str(content).ok()?),
        _ => return None,
    }
    Some(entry)
}

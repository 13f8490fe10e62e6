//! How often each content has occurred: the counts of the vote.

use std::sync::Arc;

use crate::agreed::entry::Counts;
use crate::event::Event;

/// Different contents that are counted in one topic. Servers check what they append, so this limit
/// is only reached by mistake.
const CONTENTS_MAX: usize = 100;

/// Counts an event.
pub(crate) fn count(counts: &mut Counts, event: &Event) {
    let contents = counts.entry(Arc::clone(&event.topic)).or_default();
    if let Some(count) = contents.get_mut(&event.data) {
        *count = count.saturating_add(1);
    } else if contents.len() < CONTENTS_MAX {
        contents.insert(Arc::clone(&event.data), 1);
    }
}

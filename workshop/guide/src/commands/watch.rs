//! Waits until a file of the reader's folder is saved.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, SystemTime};

use crate::workshop::Workshop;

/// How often the files are looked at.
const PAUSE: Duration = Duration::from_millis(200);

/// The files, and when each was saved.
pub(crate) type Saved = Vec<(PathBuf, Option<SystemTime>)>;

/// Waits until the files are not as they were, and have been left alone for a moment: an editor may
/// write several.
pub(crate) fn wait_for_change(workshop: &Workshop, before: &Saved) {
    let mut last = workshop.saved();
    loop {
        thread::sleep(PAUSE);
        let now = workshop.saved();
        if now == last && &now != before {
            return;
        }
        last = now;
    }
}

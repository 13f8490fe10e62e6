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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::solution::{File, write};
    use std::sync::mpsc::channel;
    use tempfile::tempdir;

    #[test]
    fn a_saved_file_ends_the_waiting_even_if_it_was_saved_before() {
        let folder = tempdir().unwrap();
        let workshop = Workshop::at(folder.path());
        let save = |text: &str| {
            let file = File { path: "src/main.rs".to_owned(), text: text.to_owned() };
            write(folder.path(), &[file]).unwrap();
        };
        let before = workshop.saved();
        save("one");
        wait_for_change(&workshop, &before);
        let (sender, changed) = channel();
        let (watched, before) = (workshop.clone(), workshop.saved());
        let watching = thread::spawn(move || {
            wait_for_change(&watched, &before);
            sender.send(()).unwrap();
        });
        assert!(changed.recv_timeout(3 * PAUSE).is_err());
        write(folder.path(), &[File { path: "src/frame.rs".to_owned(), text: String::new() }])
            .unwrap();
        watching.join().unwrap();
        assert!(changed.try_recv().is_ok());
    }
}

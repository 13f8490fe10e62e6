//! The errors of a server that cannot store its log in a folder.

use std::fs;

use tempfile::tempdir;

use crate::programs::program::runs_to_its_end;
use crate::programs::server::Server;

/// Starts a server with `--data` and a file in place of a folder, and with a folder that another
/// process uses. Panics unless it names each of them, and what to do, before it listens, and leaves the
/// file as it was.
#[track_caller]
pub fn refuses_folders(server: &str) {
    let folder = tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("notes.txt");
    fs::write(&file, "mine").expect("the folder can be written");
    let used = folder.path().join("used");
    let _server = Server::start(server, &["--data", &used.display().to_string()]);
    for (path, sentence) in [
        (&file, "a file is where the folder should be; choose another folder"),
        (&used, "another process is using this folder; stop that process, or choose another"),
    ] {
        let flags = ["127.0.0.1:0", "--data", &path.display().to_string()];
        let end = runs_to_its_end(server, &flags);
        assert_eq!((end.code, end.output.as_str()), (Some(1), ""));
        let problem = format!("cannot use {}", path.display());
        assert!(end.errors.contains(&problem), "{}", end.errors);
        assert!(end.errors.contains(sentence), "{}", end.errors);
        assert_eq!(end.errors.lines().count(), 1, "{}", end.errors);
    }
    assert_eq!(fs::read_to_string(file).expect("the file is there"), "mine");
}

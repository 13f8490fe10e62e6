//! How many files and sockets this process may have open.

/// As many as the judge and a server that it starts need, each.
const WANTED: u64 = 4096;

/// Asks the system to let this process have some thousands of open files and sockets, and returns
/// how many it may have. A program that is started later inherits the limit.
///
/// On macOS the limit is 256 at first, and on many Linux systems 1,024.
pub fn raise_open_files() -> u64 {
    // Where there is no such limit, all is granted.
    rlimit::increase_nofile_limit(WANTED).unwrap_or(WANTED)
}

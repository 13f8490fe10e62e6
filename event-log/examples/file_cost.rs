//! Prints what a synced write costs on this disk: `cargo run --release -p event-log --example
//! file_cost`, or with the path of a folder on the disk that you want to measure.

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use event_log::EventId;
use event_log::agreed::entry::{Draft, Entry, Record, Snapshot};
use event_log::file::file_log::{FileLog, LIMIT};

/// Bytes of one message.
const MESSAGE: usize = 100;
/// Time for each kind of measurement.
const TIME: Duration = Duration::from_secs(3);

fn main() -> Result<(), Box<dyn Error>> {
    let around = env::args_os().nth(1).unwrap_or_else(|| ".".into());
    let folder = tempfile::tempdir_in(around)?;
    plain(folder.path())?;
    let (log, _) = FileLog::open(folder.path())?;
    let mut count = 0;
    for size in [1, 10, 100, 500] {
        let times = repeat(|| Ok(log.store(&batch(&mut count, size))?))?;
        print(&format!("store {size}"), &times, size);
    }
    while count < LIMIT.events * 11 / 10 {
        log.store(&batch(&mut count, 1_000))?;
    }
    let upto = EventId { milliseconds: count, sequence: 0 };
    let start = Instant::now();
    log.trim(LIMIT, &Snapshot { upto, ..Snapshot::default() })?;
    println!("trim {count} to {}: {:?}", LIMIT.events, start.elapsed());
    drop(log);
    println!("the file has {} bytes", fs::metadata(folder.path().join("log.redb"))?.len());
    let start = Instant::now();
    let (_log, entries) = FileLog::open(folder.path())?;
    println!("open, check and read {} entries: {:?}", entries.len(), start.elapsed());
    Ok(())
}

/// What the disk needs, without a database: append the message to a file, and sync it.
fn plain(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut file = File::create(folder.join("plain"))?;
    let times = repeat(|| {
        file.write_all(&[b'x'; MESSAGE])?;
        Ok(file.sync_data()?)
    })?;
    print("append to a file and sync", &times, 1);
    Ok(())
}

fn repeat(
    mut action: impl FnMut() -> Result<(), Box<dyn Error>>,
) -> Result<Vec<Duration>, Box<dyn Error>> {
    let (began, mut times) = (Instant::now(), Vec::new());
    while began.elapsed() < TIME {
        let start = Instant::now();
        action()?;
        times.push(start.elapsed());
    }
    times.sort();
    Ok(times)
}

fn print(what: &str, times: &[Duration], size: u32) {
    let (median, high) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    let total: Duration = times.iter().sum();
    let mean = total / u32::try_from(times.len()).unwrap_or(u32::MAX);
    let rate = f64::from(size) / mean.as_secs_f64();
    println!("{what}: median {median:?}, 99 % {high:?}, {rate:.0} messages a second");
}

fn batch(count: &mut u64, size: u32) -> Vec<Entry> {
    let entry = |milliseconds| Entry {
        id: EventId { milliseconds, sequence: 0 },
        record: Some(Record::Event(
            Draft::new("room/lobby", format!("{milliseconds:016x}"), "x".repeat(MESSAGE))
                .owned_by("Ada"),
        )),
        snapshot: None,
    };
    let first = *count + 1;
    *count += u64::from(size);
    (first..=*count).map(entry).collect()
}

//! The runtime for a number of threads.

use std::env::{self, VarError};
use std::num::NonZero;
use std::thread::available_parallelism;

use tokio::runtime::{Builder, Runtime};

/// The variable that sets the number of threads, as in tokio itself.
const THREADS: &str = "TOKIO_WORKER_THREADS";

/// Builds a runtime with a thread for each core, or as many as `TOKIO_WORKER_THREADS` says.
///
/// A single thread gets the runtime that is made for one: descriptors and tasks that are not shared
/// between threads need no locks, in the kernel neither.
///
/// # Errors
/// A sentence, if the variable is not a number from 1 on, or the system gives us no threads.
pub fn runtime() -> Result<Runtime, String> {
    let threads = match env::var(THREADS) {
        Ok(count) => count.parse().map_err(|_| {
            format!("{THREADS} is \"{count}\": expected a number of threads, from 1 on")
        })?,
        Err(VarError::NotPresent) => available_parallelism().unwrap_or(NonZero::<usize>::MIN),
        Err(error) => return Err(format!("{THREADS}: {error}")),
    };
    let mut builder = match threads.get() {
        1 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    let runtime = builder.worker_threads(threads.get()).enable_all().build();
    runtime.map_err(|error| format!("cannot start: {error}"))
}

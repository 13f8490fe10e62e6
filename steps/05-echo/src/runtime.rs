//! The runtime that suits the number of threads.

use std::num::NonZero;
use std::thread::available_parallelism;

use tokio::runtime::{Builder, Runtime};

/// A thread for each core, or as many as `TOKIO_WORKER_THREADS` says.
///
/// A single thread gets the runtime that is made for one: with nobody to share them with, file
/// descriptors and tasks need no locks, in the kernel neither.
///
/// # Errors
/// A sentence, when the system gives us no threads.
pub fn runtime() -> Result<Runtime, String> {
    let wanted = std::env::var("TOKIO_WORKER_THREADS").ok().and_then(|count| count.parse().ok());
    let threads = wanted.or_else(|| available_parallelism().ok()).map_or(1, NonZero::get);
    let mut builder = match threads {
        1 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    let runtime = builder.worker_threads(threads).enable_all().build();
    runtime.map_err(|error| format!("cannot start: {error}"))
}

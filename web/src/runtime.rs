//! Programs on tokio.

use std::env::{self, VarError};
use std::net::TcpListener;
use std::num::NonZero;
use std::thread::available_parallelism;

use tokio::runtime::{Builder, Runtime};

use crate::command_line::give_up;
use crate::output::wait_until_printed;

/// The variable that sets the number of threads, as in tokio itself.
const THREADS: &str = "TOKIO_WORKER_THREADS";

/// Runs `program` on a runtime with a thread for each core, or as many as `TOKIO_WORKER_THREADS`
/// says, and waits until everything is printed. Ends with the program's problem, if it has one.
///
/// A single thread gets the runtime that is made for one: descriptors and tasks that are not shared
/// between threads need no locks, in the kernel neither.
pub fn run_on_tokio(program: impl Future<Output = Result<(), String>>) {
    let outcome = runtime().and_then(|runtime| {
        let outcome = runtime.block_on(program);
        // Tasks had their time. A long computation in one of them must not delay the end.
        runtime.shutdown_background();
        outcome
    });
    outcome.unwrap_or_else(|problem| give_up(&problem));
    wait_until_printed();
}

fn runtime() -> Result<Runtime, String> {
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

/// Converts this listener into one of tokio. Must be called on a runtime of tokio.
///
/// # Errors
/// A sentence, if the system does not allow it.
pub fn on_tokio(listener: TcpListener) -> Result<tokio::net::TcpListener, String> {
    let listener =
        listener.set_nonblocking(true).and_then(|()| tokio::net::TcpListener::from_std(listener));
    listener.map_err(|error| format!("cannot listen: {error}"))
}

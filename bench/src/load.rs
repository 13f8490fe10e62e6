//! The load that a server is put under: a client with many connections, on one thread, that is
//! faster than any server because it never makes a frame nor reads one. What it sends is prepared,
//! what comes back is known, and the two are compared as bytes.

mod compressed;
mod echo;
mod fanout;
mod handshakes;
mod idle;
mod opening;
mod room;
pub mod script;
pub mod task;
mod turns;

use task::{Plan, Task};

/// Puts a server under load, and says how many messages or connections there were in a second; of
/// connections that stay, how many there are.
///
/// # Errors
/// A sentence: what was wrong with the server, or with a byte of what it sent.
pub fn run(task: &Task) -> Result<f64, String> {
    match task.plan {
        Plan::Echo(plan) => echo::run(task, plan),
        Plan::Fanout(plan) => fanout::run(task, plan),
        Plan::Idle(plan) => idle::run(task, plan),
        Plan::Handshakes(plan) => handshakes::run(task, plan),
    }
}

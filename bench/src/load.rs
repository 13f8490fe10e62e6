//! The load: a client with many connections, on one thread. It is faster than any server, because
//! it neither builds nor parses frames. It sends prepared bytes, knows which bytes must come back,
//! and compares the two.
//!
//! Over HTTP/2 it has more to do: the crate `h2` puts these bytes into DATA frames, and finds them
//! there. The server does the same with the same crate, and the rest of its work besides.

mod compressed;
mod echo;
mod fanout;
mod handshakes;
mod http2;
mod idle;
mod opening;
mod room;
pub mod script;
mod sockets;
pub mod task;
mod turns;
mod wakers;

use task::{Plan, Task};

/// Puts a server under load. Returns the number of messages or connections a second, or, for idle
/// connections, how many are open.
///
/// # Errors
/// A sentence that says what was wrong with the server, or which byte it sent was wrong.
pub fn run(task: &Task) -> Result<f64, String> {
    match task.plan {
        Plan::Echo(plan) => echo::run(task, plan),
        Plan::Fanout(plan) => fanout::run(task, plan),
        Plan::Idle(plan) => idle::run(task, plan),
        Plan::Handshakes(plan) => handshakes::run(task, plan),
    }
}

//! Runs servers until one of them ends, or until somebody asks this program to end.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::{Command, ExitCode};
use std::sync::mpsc::{self, Receiver};
use std::time::Instant;

use testkit::{
    Event as Printed, Process, Profile, STOP_TIME, Step, Stream, listening_address, workspace,
};

use crate::outcome::{Outcome, exit_code};
use crate::page;

enum Event {
    /// The server with this number has ended.
    Ended(usize),
    /// Somebody has pressed Ctrl-C, closed the terminal, or sent a signal to terminate.
    AskedToEnd,
}

/// Where `start` keeps the chat, in the folder of the workspace. Git ignores it.
const CHAT: &str = ".data/chat";

/// The step that `start` and `cluster` run.
pub(crate) const CHAT_STEP: &str = "6";

/// `start`: runs the chat, which keeps its messages and votes, and opens its page once it
/// listens.
pub(crate) fn start() -> Outcome {
    let mut server = Command::new(Step::labelled(CHAT_STEP)?.build(Profile::Release)?);
    server.arg("--data").arg(workspace().join(CHAT));
    println!("Messages and votes are kept in {CHAT}. To start with an empty chat, delete it.");
    run_all(vec![server], page::open)
}

/// Runs servers, and passes on what they print. `at` learns the address of each.
///
/// When one of them has ended or somebody asks for the end, all are asked to end, and have
/// [`STOP_TIME`] to close their connections. If somebody asks a second time, they
/// are killed at once.
pub(crate) fn run_all(commands: Vec<Command>, at: fn(String)) -> Outcome {
    let (sender, events) = mpsc::channel();
    let asked = sender.clone();
    // `send` fails only if the receiver has gone, and then the program is ending anyway.
    ctrlc::set_handler(move || drop(asked.send(Event::AskedToEnd)))?;
    let mut servers = Vec::new();
    for (number, mut command) in commands.into_iter().enumerate() {
        if io::stdout().is_terminal() {
            // The server writes to a pipe, and would not know that somebody is watching.
            command.arg("--verbose");
        }
        // A Ctrl-C in the terminal must not reach the server as well, and ask it twice.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let sender = sender.clone();
        servers.push(Process::start(command, move |event| match event {
            Printed::Line(stream, line) => {
                pass_on(stream, &line);
                if let Some(address) = listening_address(&line) {
                    at(format!("http://{address}"));
                }
            }
            Printed::Closed => drop(sender.send(Event::Ended(number))),
        })?);
    }
    until_ended(&mut servers, &events)
}

/// Waits until one of the servers ends or somebody asks for it, and then for the end of all.
fn until_ended(servers: &mut [Process], events: &Receiver<Event>) -> Outcome {
    let first = events.recv()?;
    let mut running = servers.len() - usize::from(matches!(first, Event::Ended(_)));
    for server in &*servers {
        server.signal("-TERM");
    }
    let deadline = Instant::now() + STOP_TIME;
    while running > 0 {
        match events.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(Event::Ended(_)) => running -= 1,
            Ok(Event::AskedToEnd) | Err(_) => break,
        }
    }
    match first {
        Event::Ended(number) => Ok(exit_code(servers[number].wait()?)),
        Event::AskedToEnd => Ok(ExitCode::SUCCESS),
    }
}

/// Prints a line of a server. If standard output is closed, the server keeps running.
fn pass_on(stream: Stream, line: &str) {
    let _ = match stream {
        Stream::Output => writeln!(io::stdout(), "{line}"),
        Stream::Error => writeln!(io::stderr(), "{line}"),
    };
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// A server that does this when it is asked to end, and prints what it has to say.
    fn server(on_the_signal: &str) -> (Process, mpsc::Sender<Event>, Receiver<Event>) {
        let (sender, events) = mpsc::channel();
        let (ready, is_ready) = mpsc::channel();
        let mut command = Command::new("sh");
        let script =
            format!("trap '{on_the_signal}' TERM; echo ready; while :; do sleep 0.1; done");
        command.args(["-c", &script]);
        let ended = sender.clone();
        let process = Process::start(command, move |event| match event {
            Printed::Line(_, line) => drop(ready.send(line)),
            Printed::Closed => drop(ended.send(Event::Ended(0))),
        });
        is_ready.recv().unwrap();
        (process.unwrap(), sender, events)
    }

    /// The server has its close timeout of 5 seconds, and one second more.
    #[test]
    fn a_server_that_takes_six_seconds_to_end_is_not_killed() {
        let (process, sender, events) = server("sleep 6; exit 0");
        sender.send(Event::AskedToEnd).unwrap();
        let start = Instant::now();
        until_ended(&mut [process], &events).unwrap();
        assert!(start.elapsed() >= Duration::from_secs(6));
    }

    #[test]
    fn a_second_request_ends_at_once() {
        let (process, sender, events) = server(":");
        sender.send(Event::AskedToEnd).unwrap();
        sender.send(Event::AskedToEnd).unwrap();
        let start = Instant::now();
        until_ended(&mut [process], &events).unwrap();
        assert!(start.elapsed() < Duration::from_secs(2));
    }
}

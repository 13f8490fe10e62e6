//! `cluster`: a Redis, and two chats that are one through it.

use std::process::{Child, Command, ExitCode};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use testkit::Redis;

use crate::Outcome;
use crate::executable::build;
use crate::steps::Step;

/// Where the chats listen.
const ADDRESSES: [&str; 2] = ["127.0.0.1:9006", "127.0.0.1:9007"];
/// How long the chats may take to say goodbye to everyone.
const GOODBYE: Duration = Duration::from_secs(7);
/// How often we look whether they have ended.
const LOOK: Duration = Duration::from_millis(50);

/// Runs all three until somebody ends it, or one of the chats ends.
pub(crate) fn cluster() -> Outcome {
    if Redis::find().is_none() {
        let how = Redis::install_command();
        return Err(format!("redis-server is missing: {how}").into());
    }
    let executable = build(&Step::highest()?)?;
    let (sender, asked) = mpsc::channel();
    // Fails only if nobody waits for it any more.
    ctrlc::set_handler(move || {
        let _ = sender.send(());
    })?;
    let redis = Redis::start();
    let mut chats = Vec::new();
    for address in ADDRESSES {
        let mut command = Command::new(&executable);
        command.args([address, "--redis", &redis.url()]);
        chats.push(command.spawn().map_err(|error| format!("{}: {error}", executable.display()))?);
    }
    println!("two chats, one room: open both, and say something in one");
    if let Some(process) = redis.process_id() {
        println!(
            "Redis is process {process}: kill -STOP {process} sends it away, kill -CONT {process} brings it back"
        );
    }
    while asked.recv_timeout(LOOK).is_err() && !chats.iter_mut().any(has_ended) {}
    // A Ctrl-C has reached the chats as well; anything else has not.
    let deadline = Instant::now() + GOODBYE;
    chats.iter().for_each(ask_to_end);
    while Instant::now() < deadline && !chats.iter_mut().all(has_ended) {
        std::thread::sleep(LOOK);
    }
    for mut chat in chats {
        // Either fails only if it has ended by now.
        let _ = chat.kill();
        let _ = chat.wait();
    }
    Ok(ExitCode::SUCCESS)
}

fn has_ended(chat: &mut Child) -> bool {
    !matches!(chat.try_wait(), Ok(None))
}

#[cfg(unix)]
fn ask_to_end(chat: &Child) {
    // Fails only if it has ended by now.
    let _ = Command::new("kill").arg(chat.id().to_string()).status();
}

#[cfg(not(unix))]
fn ask_to_end(_: &Child) {}

//! Moves a process that shares its log over Redis.

use std::sync::Arc;

use redis::RedisResult;
use tokio::task::JoinSet;

use crate::process::command::{Command, Lane, Reply};
use crate::redis::commands::{Connections, is_refusal};
use crate::redis_url::RedisUrl;
use crate::shared::Shared;

/// The outcome of a command, and the connections, if they were opened by it.
type Done = (Lane, RedisResult<(Reply, Option<Connections>)>);

// ANCHOR: drive
/// Carries out the commands of a process, and passes it the replies, and the time of its deadlines.
/// Never returns: it ends when it is dropped.
pub(crate) async fn drive(shared: Arc<Shared>, url: RedisUrl) {
    let mut connections: Option<Connections> = None;
    let mut running: JoinSet<Done> = JoinSet::new();
    loop {
        while let Some((lane, command)) = shared.command() {
            match (command, &connections) {
                (Command::Disconnect, _) => {
                    // We no longer wait for the running commands. Redis may still carry them out.
                    running = JoinSet::new();
                    connections = None;
                }
                (Command::Connect, _) => drop(running.spawn(connect(url.clone()))),
                (command, Some(connections)) => {
                    drop(running.spawn(run(connections.clone(), lane, command)));
                }
                (_, None) => {}
            }
        }
        tokio::select! {
            Some(Ok((lane, done))) = running.join_next() => {
                let reply = match done {
                    Ok((reply, opened)) => {
                        connections = opened.or(connections);
                        reply
                    }
                    Err(error) if is_refusal(&error) => Reply::Refused(url.explain(&error)),
                    Err(error) => Reply::Lost(url.explain(&error)),
                };
                shared.with(|process, now| process.reply(lane, reply, now));
            }
            () = shared.may_have_command() => {}
        }
    }
}
// ANCHOR_END: drive

async fn connect(url: RedisUrl) -> Done {
    let opened = Connections::open(&url).await;
    (Lane::Reader, opened.map(|(connections, run)| (Reply::Connected { run }, Some(connections))))
}

async fn run(connections: Connections, lane: Lane, command: Command) -> Done {
    (lane, connections.run(lane, command).await.map(|reply| (reply, None)))
}

//! `cluster`: a Redis, and two chat servers that share one room through it.

use std::process::Command;

use testkit::{Profile, Redis, Step};

use crate::outcome::Outcome;
use crate::servers::{CHAT_STEP, run_all};

/// Where the servers listen.
const ADDRESSES: [&str; 2] = ["127.0.0.1:9006", "127.0.0.1:9007"];

/// Runs all three until somebody ends it, or one of the servers ends.
pub(crate) fn cluster() -> Outcome {
    if Redis::find().is_none() {
        let how = Redis::PACKAGES.install_command();
        return Err(format!("redis-server is missing; install it: {how}").into());
    }
    let program = Step::labelled(CHAT_STEP)?.build(Profile::Release)?;
    let redis = Redis::start();
    println!("two servers share one chat: open both pages, and send a message in one");
    if let Some(process) = redis.process_id() {
        println!(
            "Redis is process {process}: `kill -STOP {process}` makes it hang, `kill -CONT {process}` wakes it"
        );
    }
    let servers = ADDRESSES.map(|address| {
        let mut command = Command::new(&program);
        command.args([address, "--redis", &redis.url()]);
        command
    });
    run_all(servers.into(), drop)
}

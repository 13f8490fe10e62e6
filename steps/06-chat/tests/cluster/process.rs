//! The processes of a cluster, and how each of them reaches Redis.

use std::time::Duration;

use testkit::{Proxy, Redis, Server};

use crate::support::{Member, start};

/// The time after which a process that gives no sign of life has lost its names.
pub(crate) const LEASE: Duration = Duration::from_secs(3);

/// Starts a process, and waits until it is connected with the others.
#[track_caller]
pub(crate) fn process(redis: &Redis) -> Server {
    process_at(&redis.url())
}

/// The same with the URL of a Redis.
#[track_caller]
pub(crate) fn process_at(url: &str) -> Server {
    process_with(&["--redis", url])
}

/// The same with flags, of which one is `--redis`.
#[track_caller]
pub(crate) fn process_with(flags: &[&str]) -> Server {
    let server = start(&[flags, &["--rate", "100000"]].concat());
    // In a room of its own, in which no other process has a probe.
    let mut probe = Member::connects(&server, &format!("/ws/{}/Probe", server.pid()));
    if probe.hears()["shared"] == false {
        while probe.hears_of("shared")["shared"] == false {}
    }
    server
}

/// A process that reaches Redis over a proxy.
pub(crate) struct Remote {
    pub(crate) proxy: Proxy,
    pub(crate) server: Server,
}

impl Remote {
    /// Starts it, and waits until it is connected with the others.
    #[track_caller]
    pub(crate) fn start(redis: &Redis) -> Self {
        Self::start_with(redis, &[])
    }

    /// The same with further flags.
    #[track_caller]
    pub(crate) fn start_with(redis: &Redis, flags: &[&str]) -> Self {
        let proxy = Proxy::start(redis.address());
        let url = format!("redis://{}", proxy.address());
        let server = process_with(&[flags, &["--redis", &url]].concat());
        Self { proxy, server }
    }

    /// Starts it behind a Redis that is so far away.
    #[track_caller]
    pub(crate) fn start_at(redis: &Redis, distance: Duration) -> Self {
        let remote = Self::start(redis);
        remote.proxy.delays(distance);
        remote
    }
}

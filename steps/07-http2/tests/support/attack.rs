//! Attacks on a server, with somebody who uses it meanwhile.

use testkit::{Frame, Server};

use super::peer::{Peer, Socket, start};
use super::raw::Raw;

/// How much more memory the server may have after an attack, in KiB.
pub(crate) const MEMORY_MAX: u64 = 16 * 1024;

/// Starts a server with these flags, and lets a client that begins with these settings attack it. After
/// that, a WebSocket on another connection still works, and the server has not much more memory.
pub(crate) async fn attack(
    flags: &[&str],
    settings: &[(u16, u32)],
    attack: impl AsyncFnOnce(&Server, Raw),
) {
    let server = start(flags);
    let mut peer = Peer::connects(&server).await;
    let mut witness = peer.opens("/echo").await;
    let before = memory(&server);
    attack(&server, Raw::connects(&server, settings)).await;
    witness.is_undisturbed().await;
    let more = memory(&server).saturating_sub(before);
    assert!(more < MEMORY_MAX, "the server has {more} KiB more");
}

impl Socket {
    /// An echo comes back.
    pub(crate) async fn is_undisturbed(&mut self) {
        self.sends(Frame::text("still here"));
        assert_eq!(self.expects_frame().await.into_text(), "still here");
    }
}

/// The memory of a server in KiB. Other systems than Linux have no such file, and give 0.
pub(crate) fn memory(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid()));
    let status = status.unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.map_or(0, |line| line.trim().trim_end_matches(" kB").parse().unwrap())
}

//! Which peers are drawn, and in which colours.

use crate::results::Row;

/// Returns the colours of a peer, for a light and for a dark background. Only our colour is strong.
pub(super) fn colors(peer: &str) -> (&'static str, &'static str) {
    match peer {
        "step 5" | "step 6" => ("#d1242f", "#ff7b72"),
        "step 5a" => ("#e5989b", "#9e4a4f"),
        "step 5b" => ("#d9777f", "#c25e66"),
        "uWebSockets" => ("#0969da", "#58a6ff"),
        "raw TCP" => ("#57606a", "#adbac7"),
        "fastwebsockets" => ("#1a7f37", "#56d364"),
        "sockudo-ws" => ("#bf8700", "#e3b341"),
        "tokio-websockets" => ("#8250df", "#bc8cff"),
        "yawc" => ("#0a7ea4", "#39c5cf"),
        "wtx" => ("#6e7781", "#8b949e"),
        "tungstenite" => ("#bf3989", "#ff80c8"),
        _ => ("#953800", "#ffa657"),
    }
}

/// Returns all peers of these rows. Ours is the last one, because what is drawn last lies on top.
pub(crate) fn peers<'rows>(rows: impl IntoIterator<Item = &'rows Row>) -> Vec<String> {
    let mut peers: Vec<String> = Vec::new();
    for figures in rows.into_iter().flat_map(|row| &row.peers) {
        if !peers.contains(&figures.peer) {
            peers.push(figures.peer.clone());
        }
    }
    peers.sort_by_key(|peer| (is_ours(peer), peer.clone()));
    peers
}

/// Returns whether this peer is drawn in our colour. Steps 5a and 5b are not: they only lead to
/// step 5.
pub(crate) fn is_ours(peer: &str) -> bool {
    matches!(peer, "step 5" | "step 6")
}

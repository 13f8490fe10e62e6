//! A way in for the fuzzer: everything with which the judge reads what a peer has sent.
//!
//! A peer that is judged may send anything, and must not be able to make the judge panic.

use std::time::Instant;

use crate::autobahn::wire::deflate::Deflate as Agreement;
use crate::autobahn::wire::endpoint::{Endpoint, Role};
use crate::autobahn::wire::handshake::Request;
use crate::autobahn::wire::http::Head;
use crate::checker::wire::deflate::Deflate;
use crate::checker::wire::frame::Frame;
use crate::checker::wire::response::Response;

/// The port that a client of the judge was given.
const PORT: u16 = 9001;

/// Reads the head of a request or of a response in all ways in which the judge reads one.
///
/// # Panics
/// If the judge has a fault.
pub fn read_head(bytes: &[u8]) {
    if let Ok(Some((response, length))) = Response::read(bytes) {
        assert!(length <= bytes.len(), "a response is longer than what has arrived");
        response.has_token("connection", "upgrade");
        response.offset("upgrade");
    }
    let Some(length) = Head::length(bytes) else { return };
    if let Ok(head) = Head::read(&bytes[..length]) {
        let _ = head.single("sec-websocket-accept");
        head.has_word("connection", "upgrade");
        for (_, parameters) in head.extensions().unwrap_or_default() {
            for is_offer in [false, true] {
                let agreed = Agreement::read(&parameters, is_offer);
                let _ = agreed.map(|agreed| agreed.accept(true, None));
            }
        }
    }
    let _ = Request::read(&bytes[..length], PORT);
}

/// Reads frames as the checker does.
pub fn read_frames(mut bytes: &[u8]) {
    let (mut start, mut deflate) = (0, Deflate::new(15, 15));
    while let Some((frame, length)) = Frame::read(bytes, start) {
        let _ = (frame.to_string(), frame.extended(), frame.code(), frame.is_ping_or_pong());
        let _ = deflate.inflate(&frame.payload);
        start += length as u64;
        bytes = &bytes[length..];
    }
}

/// Reads frames as Autobahn's cases do, in two pieces, as a client or as a server.
///
/// # Panics
/// If the judge has a fault.
pub fn receive_frames(bytes: &[u8], is_server: bool, is_compressed: bool, cut: usize) {
    let role = if is_server { Role::Server } else { Role::Client };
    let agreed = is_compressed.then(Agreement::default);
    let mut endpoint = Endpoint::new(role, agreed, Instant::now());
    let mut bytes = bytes.to_vec();
    let cut = cut.min(bytes.len());
    let (first, second) = bytes.split_at_mut(cut);
    for piece in [first, second] {
        let mut at = 0;
        while endpoint.next(piece, &mut at).is_some() {}
        assert!(at <= piece.len(), "more was used than what has arrived");
    }
    endpoint.lost();
}

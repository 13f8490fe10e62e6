//! Level 5, hostile: what a server that agrees to permessage-deflate must not be led into (RFC 7692).

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};

use super::{
    catalogue::{Check, Judgement, Stop},
    frame::{CONTINUATION, Draft, PING, RSV1, TEXT, text},
    peer::Peer,
    request::Request,
    session::{Session, received},
    unmasking::{PROTOCOL_ERROR, TOO_BIG},
};

const EXTENSIONS: &str = "Sec-WebSocket-Extensions";
/// What a sync flush ends with, which is left out on the wire (§7.2.1).
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];
/// How much a bomb holds, if the server's limit is not known.
const BOMB: u64 = 256 * 1024 * 1024;
const MIB: u64 = 1024 * 1024;

pub(super) const CHECKS: &[Check] = &[
    Check::new(5, "compression/echo", "RFC 7692 §6", echo)
        .hostile()
        .expects("Compressed messages come back with the same text, compressed or not.")
        .hint("RSV1 on the first frame says that the message is compressed: append 00 00 ff ff and inflate."),
    Check::new(5, "compression/offer", "RFC 7692 §7.1", offer)
        .hostile()
        .needs(&["compression/echo"])
        .expects("An offer with an unknown, repeated or impossible parameter is declined.")
        .hint("Window bits are 8 to 15, without a zero in front; every parameter is there once."),
    Check::new(5, "compression/next-offer", "RFC 7692 §5", next_offer)
        .hostile()
        .needs(&["compression/echo"])
        .expects("Behind an offer that is declined, the next one is considered.")
        .hint("The header is a list, the best offer first: take the first that you can accept."),
    Check::new(5, "compression/reserved-bit-on-ping", "RFC 7692 §6", on_ping)
        .hostile()
        .needs(&["compression/echo"])
        .expects("RSV1 on a control frame fails the connection, with 1002.")
        .hint("Only messages are compressed: RSV1 has a meaning on text and binary frames alone."),
    Check::new(5, "compression/reserved-bit-on-continuation", "RFC 7692 §6", on_continuation)
        .hostile()
        .needs(&["compression/echo"])
        .expects("RSV1 on a continuation fails the connection, with 1002.")
        .hint("The first frame says whether the message is compressed, and the others have RSV1 clear."),
    Check::new(5, "compression/window", "RFC 7692 §7.2.2", window)
        .hostile()
        .needs(&["compression/echo"])
        .expects("A message that is not compressed leaves the window as it is.")
        .hint("Inflate with the messages before in mind, but only with those that were compressed."),
    Check::new(5, "compression/corrupt", "RFC 7692 §7.2.2", corrupt)
        .hostile()
        .needs(&["compression/echo"])
        .expects("Bytes that are no DEFLATE fail the connection, with 1007 or 1002.")
        .hint("Whatever the inflater reports must end the connection: go on, and the window is lost."),
    Check::new(5, "compression/bomb", "RFC 6455 §10.4", bomb)
        .hostile()
        .needs(&["compression/echo"])
        .expects("A message that inflates over the limit is refused, with 1009.")
        .hint("Stop inflating at the limit: a kilobyte can hold a megabyte of zeros."),
];

/// A connection on which compression has been agreed on.
struct Compressed {
    peer: Peer,
    deflate: Compress,
    inflate: Decompress,
    /// The client compresses each message by itself.
    fresh: bool,
}

impl Compressed {
    fn open(session: &Session) -> Result<Self, Stop> {
        let offer = Request::new(session).with(EXTENSIONS, "permessage-deflate");
        let (peer, response) = session.open_with(&offer)?;
        let agreed = response.all("sec-websocket-extensions").join(",");
        if !agreed.contains("permessage-deflate") {
            let why = "the server does not agree to permessage-deflate".to_owned();
            return Err(Stop::Unseen(why));
        }
        let fresh = agreed.contains("client_no_context_takeover");
        let deflate = Compress::new(Compression::default(), false);
        Ok(Self { peer, deflate, inflate: Decompress::new(false), fresh })
    }

    /// Deflates a message as it goes over the wire.
    fn deflate(&mut self, message: &[u8]) -> Result<Vec<u8>, Stop> {
        if self.fresh {
            self.deflate.reset();
        }
        let mut out = Vec::new();
        let mut rest = message;
        loop {
            out.reserve(message.len() / 100 + 1024);
            let before = self.deflate.total_in();
            let deflated = self.deflate.compress_vec(rest, &mut out, FlushCompress::Sync);
            deflated.map_err(|error| Stop::Unseen(error.to_string()))?;
            let used = usize::try_from(self.deflate.total_in() - before).unwrap_or(usize::MAX);
            rest = &rest[used..];
            if rest.is_empty() && out.len() < out.capacity() {
                break;
            }
        }
        out.truncate(out.len() - if out.ends_with(&TAIL) { TAIL.len() } else { 0 });
        Ok(out)
    }

    /// Sends a compressed text and expects it back.
    fn echoes(&mut self, words: &str) -> Judgement {
        let payload = self.deflate(words.as_bytes())?;
        self.peer.send_frame(&text(payload).rsv(RSV1));
        self.hears(words)
    }

    /// Expects this text, compressed or not.
    fn hears(&mut self, words: &str) -> Judgement {
        let mut message = self.peer.message()?;
        let Some(first) = message.frames.first().cloned() else { return Ok(()) };
        if first.rsv == RSV1 {
            message.payload.extend(TAIL);
            let mut out = Vec::with_capacity(words.len() + 1024);
            let inflated =
                self.inflate.decompress_vec(&message.payload, &mut out, FlushDecompress::Sync);
            if inflated.is_err() {
                let mark = received(first.payload_start());
                return Err(self.peer.wrong("What came back is no DEFLATE", mark));
            }
            message.payload = out;
        }
        if message.opcode == TEXT && message.payload == words.as_bytes() {
            return Ok(());
        }
        let mark = received(first.payload_start());
        Err(self.peer.wrong("What came back inflates to something else", mark))
    }
}

fn echo(session: &Session) -> Judgement {
    let mut compressed = Compressed::open(session)?;
    for _ in 0..3 {
        compressed.echoes("Hello, and hello, and hello again")?;
    }
    Ok(())
}

fn offer(session: &Session) -> Judgement {
    for parameters in [
        "nonsense",
        "server_no_context_takeover; server_no_context_takeover",
        "server_no_context_takeover=1",
        "server_max_window_bits=7",
        "server_max_window_bits=16",
        "server_max_window_bits=08",
        "client_max_window_bits=16",
    ] {
        let offer = format!("permessage-deflate; {parameters}");
        // Not to answer such a request with 101 is no fault either.
        let Ok((peer, response)) =
            session.open_with(&Request::new(session).with(EXTENSIONS, &offer))
        else {
            continue;
        };
        if let Some(offset) = response.offset("sec-websocket-extensions") {
            return Err(peer.wrong(format!("The server agreed to `{offer}`"), received(offset)));
        }
    }
    Ok(())
}

fn next_offer(session: &Session) -> Judgement {
    let offer = "permessage-deflate; nonsense, permessage-deflate";
    let (peer, response) = session.open_with(&Request::new(session).with(EXTENSIONS, offer))?;
    if response.offset("sec-websocket-extensions").is_some() {
        return Ok(());
    }
    Err(peer.wrong(format!("The server agreed to neither of `{offer}`"), None))
}

fn on_ping(session: &Session) -> Judgement {
    let mut peer = Compressed::open(session)?.peer;
    peer.refuses(&Draft::new(PING, "Hello").rsv(RSV1), 0, &[PROTOCOL_ERROR])
}

fn on_continuation(session: &Session) -> Judgement {
    let mut compressed = Compressed::open(session)?;
    let payload = compressed.deflate(b"Hello")?;
    let (first, second) = payload.split_at(payload.len() / 2);
    compressed.peer.send_frame(&text(first).rsv(RSV1).not_final());
    let second = Draft::new(CONTINUATION, second).rsv(RSV1);
    compressed.peer.refuses(&second, 0, &[PROTOCOL_ERROR])
}

fn window(session: &Session) -> Judgement {
    let mut compressed = Compressed::open(session)?;
    compressed.echoes("what was said once can be said with fewer bytes")?;
    compressed.peer.send_frame(&text("what was said plainly is not in the window"));
    compressed.hears("what was said plainly is not in the window")?;
    compressed.echoes("what was said once can be said with fewer bytes")
}

fn corrupt(session: &Session) -> Judgement {
    let mut peer = Compressed::open(session)?.peer;
    // The first block has the type that means nothing.
    peer.refuses(&text([0x07, 0xff, 0xff, 0xff]).rsv(RSV1), 6, &[1007, PROTOCOL_ERROR])
}

fn bomb(session: &Session) -> Judgement {
    let mut compressed = Compressed::open(session)?;
    let size = session.options.message_max.map_or(BOMB, |limit| limit + MIB);
    let zeros = vec![0; usize::try_from(size).unwrap_or(usize::MAX)];
    let payload = compressed.deflate(&zeros)?;
    compressed.peer.refuses(&text(payload).rsv(RSV1), 0, &[TOO_BIG])
}

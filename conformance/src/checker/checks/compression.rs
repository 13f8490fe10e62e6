//! Level 5, hostile: what a server that agrees to permessage-deflate must get right (RFC 7692).

use std::io::Write as _;
use std::mem;

use flate2::Compression;
use flate2::write::{DeflateDecoder, DeflateEncoder};

use crate::checker::check::{Check, Run};
use crate::checker::session::{Session, last};
use crate::checker::wire::frame::{Draft, Opcode, REFUSALS, RSV1, SHORT_HEADER, TOO_BIG, text};
use crate::checker::wire::manner::Echo;
use crate::checker::wire::peer::Peer;
use crate::checker::wire::record::received;
use crate::checker::wire::stop::{Judgement, Stop};

const EXTENSIONS: &str = "Sec-WebSocket-Extensions";
/// The end of a sync flush, which is not sent (§7.2.1).
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];
/// How many bytes a bomb inflates to, if the server's limit is not known.
const BOMB: u64 = 256 * 1024 * 1024;
const MIB: usize = 1024 * 1024;
/// Parameters that no offer may have.
const WRONG_PARAMETERS: [&str; 7] = [
    "nonsense",
    "server_no_context_takeover; server_no_context_takeover",
    "server_no_context_takeover=1",
    "server_max_window_bits=7",
    "server_max_window_bits=16",
    "server_max_window_bits=08",
    "client_max_window_bits=16",
];

pub(crate) const CHECKS: &[Check] = &[
    Check::hostile(5, "compression/echo", "RFC 7692 §6", |session| {
        let mut compressed = Compressed::open(session)?;
        (0..3).try_for_each(|_| compressed.echoes("Hello, and hello, and hello again"))
    })
    .expects("Compressed messages come back with the same text, compressed or not.")
    .hint("Answer with `Sec-WebSocket-Extensions: permessage-deflate`. RSV1 marks a compressed message: append 00 00 ff ff and decompress it."),
    compressed("compression/offer", "RFC 7692 §7.1", |session| {
        WRONG_PARAMETERS.iter().try_for_each(|parameters| declines(session, parameters))
    })
    .expects("An offer with an unknown, repeated or impossible parameter is declined.")
    .hint("Window bits are 8 to 15, without a leading zero, and no parameter is repeated."),
    compressed("compression/next-offer", "RFC 7692 §5", |session| {
        let offer = "permessage-deflate; nonsense, permessage-deflate";
        let (peer, response) = session.open_with(&session.request().with(EXTENSIONS, offer))?;
        let agreed = response.offset("sec-websocket-extensions").is_some();
        let wrong = || peer.wrong(format!("The server agreed to neither of `{offer}`"), None);
        agreed.then_some(()).ok_or_else(wrong)
    })
    .expects("After an offer that is declined, the next one is considered.")
    .hint("The header is a list, the best offer first: take the first that you can accept."),
    compressed("compression/reserved-bit-on-ping", "RFC 7692 §6", |session| {
        let mut peer = Compressed::open(session)?.peer;
        peer.refuses(&Draft::ping("Hello").with_rsv(RSV1), 0, REFUSALS)
    })
    .expects("RSV1 on a control frame fails the connection, with 1002.")
    .hint("Only messages are compressed: RSV1 has a meaning on text and binary frames alone."),
    compressed("compression/reserved-bit-on-continuation", "RFC 7692 §6", |session| {
        let mut compressed = Compressed::open(session)?;
        let payload = compressed.deflate(b"Hello")?;
        let (first, second) = payload.split_at(payload.len() / 2);
        compressed.peer.send_frame(&text(first).with_rsv(RSV1).not_final());
        let second = Draft::continuation(second).with_rsv(RSV1);
        compressed.peer.refuses(&second, 0, REFUSALS)
    })
    .expects("RSV1 on a continuation frame fails the connection, with 1002.")
    .hint("RSV1 of the first frame says whether the message is compressed, and the other frames have RSV1 clear."),
    compressed("compression/window", "RFC 7692 §7.2.2", |session| {
        let mut compressed = Compressed::open(session)?;
        compressed.echoes("what was sent once can be sent with fewer bytes")?;
        compressed.peer.send_frame(&text("an uncompressed text is not in the window"));
        compressed.comes_back("an uncompressed text is not in the window")?;
        compressed.echoes("what was sent once can be sent with fewer bytes")
    })
    .expects("A message that is not compressed does not change the window.")
    .hint("The window holds the earlier messages, but only those that were compressed."),
    compressed("compression/corrupt", "RFC 7692 §7.2.2", |session| {
        let mut peer = Compressed::open(session)?.peer;
        // The first block has the block type that is reserved.
        let draft = text([0x07, 0xff, 0xff, 0xff]).with_rsv(RSV1);
        peer.refuses(&draft, SHORT_HEADER, REFUSALS)
    })
    .expects("A payload that is not valid DEFLATE fails the connection, with 1007 or 1002.")
    .hint("Fail the connection at any error of the decompressor: its window cannot be used afterwards."),
    compressed("compression/bomb", "RFC 6455 §10.4", |session| {
        let mut compressed = Compressed::open(session)?;
        let size = session.options.message_max.map_or(BOMB, |limit| limit + MIB as u64);
        // A mebibyte after another always has the same bytes: there is no need to compress all.
        let zeros = &vec![0; MIB];
        let (mut payload, next) = (compressed.deflate(zeros)?, compressed.deflate(zeros)?);
        for _ in 1..size.div_ceil(MIB as u64) {
            payload.extend([&TAIL, next.as_slice()].concat());
        }
        compressed.peer.refuses(&text(payload).with_rsv(RSV1), 0, &[TOO_BIG])
    })
    .expects("A message that is over the limit when it is decompressed is refused, with 1009.")
    .hint("Stop decompressing at the limit: a kilobyte can become a megabyte of zeros."),
];

/// A check for a server that agrees to compression.
const fn compressed(id: &'static str, clause: &'static str, run: Run) -> Check {
    Check::hostile(5, id, clause, run).needs(&["compression/echo"])
}

/// Expects that an offer with these parameters is declined.
fn declines(session: &Session, parameters: &str) -> Judgement {
    let offer = format!("permessage-deflate; {parameters}");
    let opened = session.open_with(&session.request().with(EXTENSIONS, &offer));
    // A server may also refuse such a request.
    let Ok((peer, response)) = opened else { return Ok(()) };
    match response.offset("sec-websocket-extensions") {
        Some(offset) => {
            Err(peer.wrong(format!("The server agreed to `{offer}`"), received(offset)))
        }
        None => Ok(()),
    }
}

/// A connection on which compression has been agreed on.
struct Compressed {
    peer: Peer,
    deflate: DeflateEncoder<Vec<u8>>,
    inflate: DeflateDecoder<Vec<u8>>,
    /// Whether the client must compress each message by itself.
    no_context_takeover: bool,
}

impl Compressed {
    fn open(session: &Session) -> Result<Self, Stop> {
        const OFFER: &str = "permessage-deflate";
        let request = session.request().with(EXTENSIONS, OFFER);
        let (mut peer, response) = session.open_with(&request)?;
        session.greeted(&mut peer)?;
        if peer.echo != Echo::Same {
            return Err(Stop::unseen("the server is not an echo server"));
        }
        let agreed = response.all("sec-websocket-extensions").join(",");
        if !agreed.contains(OFFER) {
            // A server need not, except in the stage that is about compression.
            if session.options.stage.is_some() {
                let mark = last(&request.bytes(), OFFER);
                return Err(peer.wrong("The server does not agree to permessage-deflate", mark));
            }
            return Err(Stop::unseen("the server does not agree to permessage-deflate"));
        }
        let no_context_takeover = agreed.contains("client_no_context_takeover");
        let deflate = DeflateEncoder::new(Vec::new(), Compression::default());
        Ok(Self { peer, deflate, inflate: DeflateDecoder::new(Vec::new()), no_context_takeover })
    }

    /// Compresses a message as it is sent.
    fn deflate(&mut self, message: &[u8]) -> Result<Vec<u8>, Stop> {
        if self.no_context_takeover {
            self.deflate.reset(Vec::new()).map_err(|error| Stop::unseen(error.to_string()))?;
        }
        let written = self.deflate.write_all(message).and_then(|()| self.deflate.flush());
        written.map_err(|error| Stop::unseen(error.to_string()))?;
        let out = mem::take(self.deflate.get_mut());
        Ok(out.strip_suffix(&TAIL).map_or_else(|| out.clone(), <[u8]>::to_vec))
    }

    /// Sends a compressed text and expects it back.
    fn echoes(&mut self, words: &str) -> Judgement {
        let payload = self.deflate(words.as_bytes())?;
        self.peer.send_frame(&text(payload).with_rsv(RSV1));
        self.comes_back(words)
    }

    /// Expects this text, compressed or not.
    fn comes_back(&mut self, words: &str) -> Judgement {
        let mut message = self.peer.message()?;
        let Some(first) = message.frames.first().cloned() else { return Ok(()) };
        if first.rsv == RSV1 {
            message.payload.extend(TAIL);
            let inflated = self.inflate.write_all(&message.payload);
            if inflated.and_then(|()| self.inflate.flush()).is_err() {
                let mark = received(first.payload_start);
                return Err(self
                    .peer
                    .wrong("The message that came back is not valid DEFLATE", mark));
            }
            message.payload = mem::take(self.inflate.get_mut());
        }
        if message.opcode == Opcode::Text && message.payload == words.as_bytes() {
            return Ok(());
        }
        let mark = received(first.payload_start);
        Err(self.peer.wrong("The message that came back decompresses to something else", mark))
    }
}

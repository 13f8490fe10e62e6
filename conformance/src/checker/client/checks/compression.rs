//! Level 5: what a client that offers permessage-deflate must get right (RFC 7692).

use crate::checker::check::{Check, ClientRun};
use crate::checker::client::guest::Guest;
use crate::checker::client::reply::{EXTENSIONS, Reply};
use crate::checker::client::visit::Visit;
use crate::checker::wire::deflate::{Deflate, TAIL};
use crate::checker::wire::frame::{
    Draft, INVALID_DATA, Opcode, PROTOCOL_ERROR, RSV1, TOO_BIG, text,
};
use crate::checker::wire::record::received;
use crate::checker::wire::stop::{Judgement, Stop};

/// The bits of a whole window.
const BITS: u8 = 15;
/// The bits of a small one.
const FEW_BITS: u8 = 9;
/// How many bytes a bomb inflates to.
const BOMB: usize = 256 * MIB;
const MIB: usize = 1024 * 1024;
/// A text that is shorter when it is compressed.
const WORDS: &str = "Hello, and hello, and hello again";

pub(crate) const CHECKS: &[Check] = &[
    Check::client(5, "client/compressed", "RFC 7692 §6", |visit| {
        let mut compressed = Compressed::open(visit, "")?;
        (0..3).try_for_each(|_| compressed.echoes(WORDS))
    })
    .needs(&["client/offers-compression", "client/echo"])
    .expects("Compressed messages come back with the same text, compressed or not.")
    .hint("RSV1 on the first frame says that the message is compressed: append 00 00 ff ff and decompress it."),
    compressed("client/compressed-fragments", "RFC 7692 §6.1", |visit| {
        let mut compressed = Compressed::open(visit, "")?;
        let payload = compressed.deflate.deflate(WORDS.as_bytes());
        let (first, second) = payload.split_at(payload.len() / 2);
        compressed.guest.send_apart(&text(first).with_rsv(RSV1).not_final());
        compressed.guest.send_frame(&Draft::ping("between"));
        compressed.guest.send_frame(&Draft::continuation(second));
        compressed.comes_back(WORDS)
    })
    .needs(&["client/compressed", "client/fragments"])
    .expects("A compressed message in fragments comes back, even with a ping between the fragments.")
    .hint("The message is compressed as a whole, and RSV1 is set in its first fragment only."),
    compressed("client/window", "RFC 7692 §7.2.2", |visit| {
        let mut compressed = Compressed::open(visit, "")?;
        compressed.echoes(WORDS)?;
        compressed.guest.send_frame(&text("an uncompressed text is not in the window"));
        compressed.comes_back("an uncompressed text is not in the window")?;
        compressed.echoes(WORDS)
    })
    .expects("A message that is not compressed does not change the window.")
    .hint("The window holds the earlier messages, but only those that were compressed."),
    compressed("client/server-no-context", "RFC 7692 §7.1.1.1", |visit| {
        let mut compressed = Compressed::open(visit, "; server_no_context_takeover")?;
        compressed.deflate.sends_fresh = true;
        (0..3).try_for_each(|_| compressed.echoes(WORDS))
    })
    .expects("A server may compress each message independently.")
    .hint("The answer may have `server_no_context_takeover`, whether it was offered or not."),
    compressed("client/client-no-context", "RFC 7692 §7.1.1.2", |visit| {
        let mut compressed = Compressed::open(visit, "; client_no_context_takeover")?;
        compressed.deflate.receives_fresh = true;
        (0..3).try_for_each(|_| compressed.echoes(WORDS))
    })
    .expects("If the server asks for it, the client compresses each message independently.")
    .hint("With `client_no_context_takeover` in the answer, reset the compressor before each message."),
    compressed("client/client-window", "RFC 7692 §7.1.2.2", client_window)
        .needs(&["client/compressed", "client/lengths"])
        .expects("The client keeps to the window that the server asks for.")
        .hint("With `client_max_window_bits=9` in the answer, refer to the last 512 bytes only."),
    compressed("client/compressed-ping", "RFC 7692 §6", |visit| {
        let mut guest = Compressed::open(visit, "")?.guest;
        guest.refuses(&Draft::ping("Hello").with_rsv(RSV1), 0, &[PROTOCOL_ERROR])
    })
    .expects("RSV1 on a control frame fails the connection, with 1002.")
    .hint("Only messages are compressed: RSV1 has a meaning on text and binary frames alone."),
    compressed("client/compressed-continuation", "RFC 7692 §6", |visit| {
        let mut compressed = Compressed::open(visit, "")?;
        let payload = compressed.deflate.deflate(WORDS.as_bytes());
        let (first, second) = payload.split_at(payload.len() / 2);
        compressed.guest.send_frame(&text(first).with_rsv(RSV1).not_final());
        let second = Draft::continuation(second).with_rsv(RSV1);
        compressed.guest.refuses(&second, 0, &[PROTOCOL_ERROR])
    })
    .expects("RSV1 on a continuation frame fails the connection, with 1002.")
    .hint("RSV1 of the first frame says whether the message is compressed, and the other frames have RSV1 clear."),
    compressed("client/corrupt", "RFC 7692 §7.2.2", |visit| {
        let mut guest = Compressed::open(visit, "")?.guest;
        // The first block has the block type that is reserved.
        let draft = text([0x07, 0xff, 0xff, 0xff]).with_rsv(RSV1);
        guest.refuses(&draft, 2, &[INVALID_DATA, PROTOCOL_ERROR])
    })
    .expects("A payload that is not valid DEFLATE fails the connection, with 1007 or 1002.")
    .hint("Fail the connection at any error of the decompressor: its window cannot be used afterwards."),
    compressed("client/inflated-text", "RFC 6455 §8.1", |visit| {
        let mut compressed = Compressed::open(visit, "")?;
        let payload = compressed.deflate.deflate(b"bad: \xff");
        compressed.guest.refuses(&text(payload).with_rsv(RSV1), 2, &[INVALID_DATA])
    })
    .needs(&["client/compressed", "client/invalid-text"])
    .expects("A compressed text is checked for UTF-8 after it is decompressed.")
    .hint("Decompress first, then check."),
    compressed("client/bomb", "RFC 6455 §10.4", |visit| {
        let mut compressed = Compressed::open(visit, "")?;
        let zeros = vec![0; MIB];
        let mut payload = compressed.deflate.deflate(&zeros);
        // With a window of zeros, each further part is the same.
        let more = [&TAIL, compressed.deflate.deflate(&zeros).as_slice()].concat();
        payload.extend(more.repeat(BOMB / MIB - 1));
        compressed.guest.refuses(&text(payload).with_rsv(RSV1), 0, &[TOO_BIG])
    })
    .on_request()
    .expects("A message of 256 KiB that decompresses to 256 MiB is refused, with 1009.")
    .hint("Stop decompressing at a limit: a kilobyte can become a megabyte of zeros."),
];

/// A check for a client that agrees to compression.
const fn compressed(id: &'static str, clause: &'static str, run: ClientRun) -> Check {
    Check::client(5, id, clause, run).needs(&["client/compressed"])
}

/// Sends a text, another, and the first again, which a larger window would still hold.
fn client_window(visit: &Visit) -> Judgement {
    let mut compressed = Compressed::open(visit, "; client_max_window_bits=9")?;
    if !compressed.offers("client_max_window_bits") {
        return Err(Stop::unseen("the client does not offer `client_max_window_bits`"));
    }
    compressed.deflate = Deflate::new(BITS, FEW_BITS);
    // Letters without a pattern, so that nothing nearer can be referred to.
    let letters = (1..=800_u32).map(|index| index.wrapping_mul(2_654_435_761) >> 16);
    let letters: String = letters.map(|bits| char::from(b'A' + (bits % 58) as u8)).collect();
    let (one, other) = letters.split_at(letters.len() / 2);
    [one, other, one].into_iter().try_for_each(|words| compressed.echoes(words))
}

/// A connection on which compression was agreed on.
struct Compressed<'run> {
    guest: Guest<'run>,
    deflate: Deflate,
}

impl<'run> Compressed<'run> {
    /// Agrees to the client's offer, with these parameters besides those that the offer demands.
    fn open(visit: &Visit<'run>, parameters: &str) -> Result<Self, Stop> {
        let mut guest = visit.call()?;
        let offer = guest.asked.deflate().unwrap_or_default();
        let mut answer = format!("permessage-deflate{parameters}");
        let demands =
            |part: &&String| part.starts_with("server_") && !answer.contains(part.as_str());
        let demanded: Vec<&String> = offer.iter().filter(demands).collect();
        let mut bits = BITS;
        for part in &demanded {
            if let Some(("server_max_window_bits", value)) = part.split_once('=') {
                bits = value.trim_matches('"').parse().unwrap_or(BITS);
            }
        }
        let fresh = offer.iter().any(|part| part == "server_no_context_takeover");
        for part in demanded {
            answer += "; ";
            answer += part;
        }
        let mut deflate = Deflate::new(bits, BITS);
        deflate.sends_fresh = fresh;
        let reply = Reply::new(&guest.asked).with(EXTENSIONS, &answer);
        guest.answers(&reply);
        Ok(Self { guest, deflate })
    }

    fn offers(&self, parameter: &str) -> bool {
        let offer = self.guest.asked.deflate().unwrap_or_default();
        offer.iter().any(|part| part.split('=').next() == Some(parameter))
    }

    /// Sends a compressed text and expects it back.
    fn echoes(&mut self, words: &str) -> Judgement {
        let payload = self.deflate.deflate(words.as_bytes());
        self.guest.send_frame(&text(payload).with_rsv(RSV1));
        self.comes_back(words)
    }

    /// Expects this text, compressed or not.
    fn comes_back(&mut self, words: &str) -> Judgement {
        let message = self.guest.message()?;
        let Some(first) = message.frames.first() else { return Ok(()) };
        let mark = received(first.payload_start);
        let payload = if first.rsv & RSV1 == 0 {
            message.payload.clone()
        } else {
            let inflated = self.deflate.inflate(&message.payload);
            inflated.ok_or_else(|| self.guest.wrong("What came back cannot be inflated", mark))?
        };
        if message.opcode == Opcode::Text && payload == words.as_bytes() {
            return Ok(());
        }
        Err(self.guest.wrong("What came back is something else", mark))
    }
}

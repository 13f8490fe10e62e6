//! Compresses our messages (RFC 7692 §7.2.1).

use std::cell::Cell;

use zlib_rs::{Deflate, DeflateFlush, compress_bound};

/// What a sync flush ends with. The sender removes it (§7.2.1).
const TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];
/// Shorter messages are sent uncompressed: they would hardly become shorter.
const DEFLATED_MIN: usize = 64;
/// The level of compression, from 1 to 9. At 3, a text of some hundred bytes gets 10 to 20 percent
/// smaller, and takes five times as long.
const LEVEL: i32 = 1;
/// The smallest window of zlib, and the largest, in bits.
const WINDOW_BITS_MIN: u8 = 9;
const WINDOW_BITS_MAX: u8 = 15;
/// Room for the empty block of a sync flush, beyond what the compressed data can need.
const FLUSH_ROOM: usize = 16;

thread_local! {
    /// A compressor for messages without context takeover, with the largest window. Creating one
    /// takes longer than most messages do.
    static SPARE: Cell<Option<Box<Deflate>>> = const { Cell::new(None) };
}

/// The compressor of one connection.
pub(crate) struct Deflater {
    /// Created by the first message, and kept between messages with context takeover. In a box, so
    /// that a connection without context takeover costs next to nothing.
    stream: Option<Box<Deflate>>,
    no_context_takeover: bool,
    window_bits: u8,
}

impl Deflater {
    /// A compressor with a window of at most `max_window_bits` (15, if `None`), with or without
    /// context takeover.
    ///
    /// Returns `None` for a window of 8 bits, which zlib does not have. An endpoint is always free
    /// to send uncompressed messages (§7.1).
    pub(crate) fn new(no_context_takeover: bool, max_window_bits: Option<u8>) -> Option<Self> {
        let window_bits = max_window_bits.unwrap_or(WINDOW_BITS_MAX);
        let is_possible = window_bits >= WINDOW_BITS_MIN;
        is_possible.then_some(Self { stream: None, no_context_takeover, window_bits })
    }

    /// Whether all compressors with this property make the same bytes of a message: it depends on
    /// no earlier message, and on no smaller window.
    pub(crate) fn is_stateless(&self) -> bool {
        self.no_context_takeover && self.window_bits == WINDOW_BITS_MAX
    }

    // ANCHOR: deflate
    /// Compresses a message. Returns `None` if it is better sent uncompressed.
    pub(crate) fn deflate(&mut self, payload: &[u8]) -> Option<Vec<u8>> {
        if payload.len() < DEFLATED_MIN {
            return None;
        }
        let spare = if self.is_stateless() { SPARE.take() } else { None };
        let new = || Box::new(Deflate::new(LEVEL, false, self.window_bits));
        let stream = self.stream.get_or_insert_with(|| spare.unwrap_or_else(new));
        let before = (stream.total_in(), stream.total_out());
        let mut output = vec![0; compress_bound(payload.len()) + FLUSH_ROOM];
        let status = stream.compress(payload, &mut output, DeflateFlush::SyncFlush);
        let written = usize::try_from(stream.total_out() - before.1).unwrap_or(usize::MAX);
        output.truncate(written);
        let is_all = stream.total_in() - before.0 == payload.len() as u64;
        if status.is_err() || !is_all || !output.ends_with(&TAIL) {
            // There was room for all of it, so this cannot happen. Half a message must never be sent;
            // a new compressor refers to nothing that the peer has not seen.
            self.stream = None;
            return None;
        }
        output.truncate(written - TAIL.len());
        if let Some(mut stream) = self.stream.take_if(|_| self.no_context_takeover)
            && self.is_stateless()
        {
            stream.reset();
            SPARE.set(Some(stream));
        }
        // With context takeover, the peer must see everything that the compressor has seen.
        let is_better = output.len() < payload.len();
        (is_better || !self.no_context_takeover).then_some(output)
    }
    // ANCHOR_END: deflate
}

//! A series of messages, and their compressed forms.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use flate2::{Compress, Compression, FlushCompress};

use crate::autobahn::payloads::samples::Sample;
use crate::autobahn::wire::deflate::Direction;

/// How many messages a series has.
pub(crate) const MESSAGES: usize = 1000;
/// What the end of a compressed message leaves out (RFC 7692 §7.2.1).
const TAIL: &[u8] = &[0, 0, 0xff, 0xff];

/// Which messages: pieces of a sample, one after the other, from its start again at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Series {
    /// The data from which the pieces are cut.
    pub(crate) sample: Sample,
    /// The length of each, in characters or bytes.
    pub(crate) length: usize,
}

/// The messages of a series, compressed for one connection after the other.
pub(crate) struct Prepared {
    /// The sample twice, so that no piece is cut in two.
    data: Vec<u8>,
    /// The pieces. After the last one the first follows.
    pieces: Vec<Range<usize>>,
    /// The compressed messages.
    compressed: Vec<Vec<u8>>,
    /// From this message on, the compressed forms repeat themselves as the pieces do: all that
    /// the compressor may refer to is the same.
    repeats_from: usize,
}

/// What was prepared before.
type Cache = Mutex<HashMap<(Series, Direction), Arc<OnceLock<Arc<Prepared>>>>>;

impl Prepared {
    /// Prepares a series for what was agreed on, or returns what was prepared before. Returns
    /// `None` for a window that the compressor does not have.
    pub(crate) fn get(series: Series, direction: Direction) -> Option<Arc<Self>> {
        static CACHE: OnceLock<Cache> = OnceLock::new();
        if !(9..=15).contains(&direction.window) {
            return None;
        }
        let cache = CACHE.get_or_init(Mutex::default);
        let mut entries = cache.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = Arc::clone(entries.entry((series, direction)).or_default());
        drop(entries);
        Some(Arc::clone(entry.get_or_init(|| Arc::new(Self::new(series, direction)))))
    }

    fn new(series: Series, direction: Direction) -> Self {
        let Series { sample, length } = series;
        let data = sample.make().repeat(2);
        // Where a character begins. In other data every byte counts.
        let begins = |index: &usize| !sample.is_text() || data[*index] & 0xc0 != 0x80;
        let starts: Vec<usize> = (0..data.len()).filter(begins).chain([data.len()]).collect();
        let mut pieces = Vec::new();
        let mut at = 0;
        while pieces.is_empty() || at != 0 {
            pieces.push(starts[at]..starts[at + length]);
            at = (at + length) % sample.length();
        }
        let window = 1_usize << direction.window;
        let repeats_from = if direction.takeover { window.div_ceil(length) } else { 0 };
        let mut compress = Compressor::new(direction);
        let compressed = (0..MESSAGES.min(repeats_from + pieces.len()))
            .map(|index| compress.message(&data[pieces[index % pieces.len()].clone()]))
            .collect();
        Self { data, pieces, compressed, repeats_from }
    }

    /// Returns the message with this index.
    pub(crate) fn message(&self, index: usize) -> &[u8] {
        &self.data[self.pieces[index % self.pieces.len()].clone()]
    }

    /// Returns its compressed form.
    pub(crate) fn compressed(&self, index: usize) -> &[u8] {
        let index = match index.checked_sub(self.repeats_from) {
            Some(after) => self.repeats_from + after % self.pieces.len(),
            None => index,
        };
        self.compressed.get(index).map_or(&[], Vec::as_slice)
    }
}

/// Compresses the messages of one connection.
struct Compressor {
    direction: Direction,
    compress: Compress,
}

impl Compressor {
    fn new(direction: Direction) -> Self {
        let level = Compression::default();
        let compress = Compress::new_with_window_bits(level, false, direction.window);
        Self { direction, compress }
    }

    fn message(&mut self, message: &[u8]) -> Vec<u8> {
        if !self.direction.takeover {
            self.compress.reset();
        }
        let mut compressed = Vec::with_capacity(message.len() + message.len() / 8 + 64);
        let start = self.compress.total_in();
        loop {
            let read = usize::try_from(self.compress.total_in() - start).unwrap_or_default();
            let rest = &message[read..];
            // It does not fail in these states. An empty message would be a verdict of FAILED.
            let _ = self.compress.compress_vec(rest, &mut compressed, FlushCompress::Sync);
            if compressed.len() < compressed.capacity() {
                break;
            }
            compressed.reserve(message.len() + 64);
        }
        let length = compressed.strip_suffix(TAIL).map_or(compressed.len(), <[u8]>::len);
        compressed.truncate(length);
        compressed.shrink_to_fit();
        compressed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autobahn::wire::deflate::Inflater;

    /// RFC 7692 §7.2.1: the messages of a series refer to what went before, also where the series
    /// repeats itself.
    #[test]
    fn every_message_can_be_decompressed_after_those_before_it() {
        for (sample, length) in [(Sample::Html, 1024), (Sample::Json, 131_072), (Sample::Prose, 64)]
        {
            for (takeover, window) in [(true, 15), (true, 9), (false, 15), (false, 9)] {
                let direction = Direction { takeover, window };
                let series = Prepared::get(Series { sample, length }, direction).unwrap();
                let mut inflater = Inflater::new(direction);
                for index in 0..MESSAGES.min(400) {
                    let mut message = Vec::new();
                    inflater.begin();
                    let push = |part: &[u8]| message.extend_from_slice(part);
                    inflater.push(series.compressed(index), push).unwrap();
                    inflater.end().unwrap();
                    assert!(message == series.message(index), "{sample:?} {length} {index}");
                }
            }
        }
    }

    #[test]
    fn a_message_refers_to_the_messages_before_it() {
        let series = Series { sample: Sample::Json, length: 1024 };
        let with = Prepared::get(series, Direction::default()).unwrap();
        let without = Prepared::get(series, Direction { takeover: false, window: 15 }).unwrap();
        assert!(with.compressed(900).len() * 2 < without.compressed(900).len());
    }
}

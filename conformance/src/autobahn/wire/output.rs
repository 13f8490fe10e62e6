//! What waits to be written, and where a write must end.

use std::collections::VecDeque;

use crate::autobahn::wire::frame::{Writes, mask, put_header};

/// How much room for output is kept when all is written.
const KEPT: usize = 1 << 20;

/// Bytes that wait to be written.
#[derive(Default)]
pub(crate) struct Output {
    bytes: Vec<u8>,
    written: usize,
    /// The positions in `bytes` at which a write ends.
    cuts: VecDeque<usize>,
}

impl Output {
    /// Appends a frame.
    pub(crate) fn frame(
        &mut self,
        first: u8,
        payload: &[u8],
        key: Option<[u8; 4]>,
        writes: Writes,
    ) {
        if writes != Writes::Together {
            self.cut();
        }
        let start = self.bytes.len();
        put_header(&mut self.bytes, first, payload.len(), key);
        self.part(payload, key, 0);
        match writes {
            Writes::Together => {}
            Writes::Alone => self.cut(),
            Writes::Of(size) => {
                let end = self.bytes.len();
                self.cuts.extend((start..end).step_by(size.max(1)).skip(1));
                self.cut();
            }
        }
    }

    /// Appends the header of a frame whose payload follows in parts.
    pub(crate) fn header(&mut self, first: u8, length: usize, key: Option<[u8; 4]>) {
        put_header(&mut self.bytes, first, length, key);
    }

    /// Appends a part of a payload that begins `offset` bytes after the payload's start.
    pub(crate) fn part(&mut self, payload: &[u8], key: Option<[u8; 4]>, offset: u64) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(payload);
        if let Some(key) = key {
            mask(&mut self.bytes[start..], key, offset);
        }
    }

    /// Makes the next write end here.
    fn cut(&mut self) {
        if self.bytes.len() > self.written && self.cuts.back() != Some(&self.bytes.len()) {
            self.cuts.push_back(self.bytes.len());
        }
    }

    /// Returns what the next write may contain. It is empty if all is written.
    pub(crate) fn next(&self) -> &[u8] {
        let end = self.cuts.front().copied().unwrap_or(self.bytes.len());
        &self.bytes[self.written..end]
    }

    /// Notes that this number of bytes was written. Returns whether the judge must read from the
    /// peer before the next write.
    pub(crate) fn advance(&mut self, count: usize) -> bool {
        self.written += count;
        let is_cut = self.cuts.front() == Some(&self.written);
        if is_cut {
            self.cuts.pop_front();
        }
        if self.written == self.bytes.len() {
            self.bytes.clear();
            self.bytes.shrink_to(KEPT);
            self.written = 0;
        }
        is_cut
    }

    /// Forgets everything, for a peer that reads no more.
    pub(crate) fn discard(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autobahn::wire::frame::{first_byte, opcode};

    fn writes(output: &mut Output) -> Vec<usize> {
        let mut sizes = Vec::new();
        while !output.next().is_empty() {
            sizes.push(output.next().len());
            output.advance(output.next().len());
        }
        sizes
    }

    #[test]
    fn writes_end_where_a_case_wants_it() {
        let mut output = Output::default();
        let first = first_byte(true, 0, opcode::TEXT);
        output.frame(first, b"12345", None, Writes::Together);
        output.frame(first, b"12345", None, Writes::Together);
        assert_eq!(writes(&mut output), [14]);
        output.frame(first, b"12345", None, Writes::Together);
        output.frame(first, b"12345", Some([1, 2, 3, 4]), Writes::Of(4));
        output.frame(first, b"12345", None, Writes::Alone);
        output.frame(first, b"12345", None, Writes::Together);
        assert_eq!(writes(&mut output), [7, 4, 4, 3, 7, 7]);
    }
}

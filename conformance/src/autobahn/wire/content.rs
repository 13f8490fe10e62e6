//! What an incoming message contains, as far as a case wants to know.

use std::sync::Arc;

use crate::autobahn::payloads::prepared::Prepared;
use crate::autobahn::wire::utf8::Utf8;

/// How much of a message is kept. A longer one is equal to nothing that a case expects.
const KEPT: usize = 256 * 1024;

/// What is done with the messages of the peer.
#[derive(Clone, Default)]
pub(crate) enum Interest {
    /// They are kept, to be compared when they are complete.
    #[default]
    Whole,
    /// Only their length matters.
    Length,
    /// They are compared as they arrive with this message of a prepared series.
    Equal(Arc<Prepared>, usize),
}

/// The message that is arriving.
#[derive(Default)]
pub(crate) struct Content {
    /// What is done with it.
    pub(crate) interest: Interest,
    /// Whether the message is binary.
    pub(crate) is_binary: bool,
    /// How many bytes have arrived, after decompression.
    pub(crate) length: usize,
    /// Its bytes, if they are kept.
    pub(crate) kept: Vec<u8>,
    /// Whether it was equal so far.
    is_equal: bool,
    /// Validates a text, from where it differs from what was expected.
    utf8: Option<Utf8>,
}

impl Content {
    /// Begins a message.
    pub(crate) fn begin(&mut self, is_text: bool, is_binary: bool) {
        self.is_binary = is_binary;
        self.length = 0;
        self.kept.clear();
        self.is_equal = matches!(self.interest, Interest::Equal(..));
        self.utf8 = is_text.then(Utf8::default);
    }

    /// Takes the next part. Returns whether it can continue valid text.
    pub(crate) fn push(&mut self, part: &[u8]) -> bool {
        let start = self.length;
        self.length += part.len();
        match &self.interest {
            Interest::Equal(series, index) if self.is_equal => {
                let expected = series.message(*index);
                if expected.get(start..self.length) == Some(part) {
                    return true;
                }
                self.is_equal = false;
                if let (Some(utf8), Some(before)) = (&mut self.utf8, expected.get(..start)) {
                    utf8.push(before);
                }
            }
            Interest::Whole => {
                let room = KEPT.saturating_sub(self.kept.len());
                self.kept.extend_from_slice(&part[..part.len().min(room)]);
            }
            _ => {}
        }
        self.utf8.as_mut().is_none_or(|utf8| utf8.push(part))
    }

    /// Whether the message is the one that was expected. Its type does not count.
    pub(crate) fn is_expected(&self) -> bool {
        let is_whole = |series: &Prepared, index| series.message(index).len() == self.length;
        matches!(&self.interest, Interest::Equal(series, index) if is_whole(series, *index))
            && self.is_equal
    }

    /// Whether a text may end here.
    pub(crate) fn is_complete(&mut self) -> bool {
        if self.is_equal && !self.is_expected() {
            // It is equal and too short, so it may end within a character.
            self.is_equal = false;
            if let (Interest::Equal(series, index), Some(utf8)) = (&self.interest, &mut self.utf8) {
                utf8.push(&series.message(*index)[..self.length]);
            }
        }
        self.utf8.as_ref().is_none_or(Utf8::is_complete)
    }
}

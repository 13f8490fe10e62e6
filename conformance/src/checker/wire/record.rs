//! The bytes of both directions, kept to show where a fault is.

use serde::{Serialize, Serializer};

/// How many bytes of one piece are kept. The fault is near its beginning.
const KEPT: usize = 1024;
/// How many pieces are kept apart. Later bytes are counted with the last ones.
const PIECES_MAX: usize = 24;

/// Which way bytes went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Direction {
    /// From the checker to the server.
    Sent,
    /// From the server to the checker.
    Received,
}

/// The place of a byte: the offset in all that went its way on the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Mark {
    pub(crate) direction: Direction,
    pub(crate) offset: u64,
}

/// A mark under a byte that was sent.
pub(crate) fn sent(offset: u64) -> Mark {
    Mark { direction: Direction::Sent, offset }
}

/// A mark under a byte that was received.
pub(crate) fn received(offset: u64) -> Mark {
    Mark { direction: Direction::Received, offset }
}

/// Bytes that went one way without a pause.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Piece {
    pub(crate) direction: Direction,
    /// The offset of the first byte.
    pub(crate) offset: u64,
    /// The first of the bytes.
    #[serde(rename = "hex", serialize_with = "as_hex")]
    pub(crate) bytes: Vec<u8>,
    /// How many there were in all.
    pub(crate) length: u64,
}

fn as_hex<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// The pieces, in order.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Record {
    #[serde(rename = "bytes")]
    pub(crate) pieces: Vec<Piece>,
    /// Whether the pieces are frames, and not HTTP.
    #[serde(skip)]
    pub(crate) is_framed: bool,
    /// Whether the checker is the server, and judges a client.
    #[serde(skip)]
    pub(crate) is_server: bool,
    /// How many bytes have been sent, and received.
    #[serde(skip)]
    counts: [u64; 2],
    /// The pieces of the opening handshake, once it is over.
    #[serde(skip)]
    opening: Vec<Piece>,
    /// How many bytes of each direction were in the opening handshake.
    #[serde(skip)]
    opening_counts: [u64; 2],
}

impl Record {
    /// Adds bytes, and says where they begin.
    pub(crate) fn add(&mut self, direction: Direction, bytes: &[u8]) -> u64 {
        let offset = self.count(direction);
        self.counts[direction as usize] += bytes.len() as u64;
        let crowded = self.pieces.len() >= PIECES_MAX;
        // Only the segments that we send are cut on purpose.
        let merges = |piece: &&mut Piece| {
            piece.direction == direction && (crowded || direction == Direction::Received)
        };
        if let Some(last) = self.pieces.last_mut().filter(merges) {
            let room = KEPT.saturating_sub(last.bytes.len());
            last.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
            last.length += bytes.len() as u64;
        } else if !crowded {
            let (kept, length) = (bytes[..bytes.len().min(KEPT)].to_vec(), bytes.len() as u64);
            self.pieces.push(Piece { direction, offset, bytes: kept, length });
        }
        offset
    }

    /// How many bytes have gone this way.
    pub(crate) fn count(&self, direction: Direction) -> u64 {
        self.counts[direction as usize]
    }

    /// Says that the opening handshake is over, and which of the bytes that have arrived are behind
    /// it. The offsets go on.
    pub(crate) fn opened(&mut self, unread: &[u8]) {
        self.opening = std::mem::take(&mut self.pieces);
        self.is_framed = true;
        self.counts[Direction::Received as usize] -= unread.len() as u64;
        self.opening_counts = self.counts;
        if !unread.is_empty() {
            self.add(Direction::Received, unread);
        }
    }

    /// Returns the part that a report shows: the opening handshake if the mark is in it, or if
    /// nothing came after it, and what came after it otherwise.
    pub(crate) fn part_of(&self, mark: Option<Mark>) -> Self {
        let is_in_opening = match mark {
            Some(mark) => mark.offset < self.opening_counts[mark.direction as usize],
            None => self.pieces.is_empty(),
        };
        let mut part = self.clone();
        if is_in_opening {
            part.pieces.clone_from(&self.opening);
            part.is_framed = false;
        }
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_that_were_sent_stay_apart_and_what_arrives_is_one_piece() {
        let mut record = Record::default();
        record.add(Direction::Sent, b"one");
        assert_eq!(record.add(Direction::Sent, b"two"), 3);
        record.add(Direction::Received, b"three");
        assert_eq!(record.add(Direction::Received, b"four"), 5);
        let lengths: Vec<u64> = record.pieces.iter().map(|piece| piece.length).collect();
        assert_eq!(lengths, [3, 3, 9]);
    }

    #[test]
    fn the_opening_handshake_is_shown_only_if_the_mark_is_in_it() {
        let mut record = Record::default();
        record.add(Direction::Sent, b"GET");
        record.add(Direction::Received, b"HTTP\x81\x00");
        record.opened(b"\x81\x00");
        assert_eq!(record.part_of(Some(received(3))).pieces.len(), 2);
        assert_eq!(record.part_of(Some(received(4))).pieces.len(), 1);
        assert!(record.part_of(None).is_framed && !record.part_of(Some(sent(2))).is_framed);
    }

    #[test]
    fn a_record_stays_small_however_much_there_is() {
        let mut record = Record::default();
        for _ in 0..1000 {
            record.add(Direction::Sent, &[0; 1000]);
            record.add(Direction::Received, &[0; 1000]);
        }
        assert!(record.pieces.len() <= PIECES_MAX);
        assert!(record.pieces.iter().all(|piece| piece.bytes.len() <= KEPT));
        assert_eq!(record.count(Direction::Sent), 1_000_000);
    }
}

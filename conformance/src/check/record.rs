//! What went over the wire in both directions, kept for whoever has to find the fault.

/// How many bytes of one piece are kept: the fault is near its beginning.
const KEPT: usize = 128;
/// How many pieces are told apart. What comes after goes into the last ones.
const PIECES_MAX: usize = 24;

/// Which way bytes went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// From the checker to the server.
    Sent,
    /// From the server to the checker.
    Received,
}

/// The place of a byte: the offset in all that went its way on the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) direction: Direction,
    pub(super) offset: u64,
}

/// Bytes that went one way without a pause.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) direction: Direction,
    /// The offset of the first byte.
    pub(super) offset: u64,
    /// The first of the bytes.
    pub(super) bytes: Vec<u8>,
    /// How many there were in all.
    pub(super) length: u64,
}

/// The pieces, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    pub(super) pieces: Vec<Piece>,
    sent: u64,
    received: u64,
}

impl Record {
    /// Adds bytes, and says where they begin.
    pub(super) fn add(&mut self, direction: Direction, bytes: &[u8]) -> u64 {
        let count = match direction {
            Direction::Sent => &mut self.sent,
            Direction::Received => &mut self.received,
        };
        let offset = *count;
        *count += bytes.len() as u64;
        let crowded = self.pieces.len() >= PIECES_MAX;
        // What arrives is cut by chance, what is sent is cut on purpose.
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
    pub(super) fn count(&self, direction: Direction) -> u64 {
        match direction {
            Direction::Sent => self.sent,
            Direction::Received => self.received,
        }
    }

    /// Forgets what went well, but for the last bytes that arrived. The offsets go on.
    pub(super) fn forget_but(&mut self, unread: &[u8]) {
        self.pieces.clear();
        if !unread.is_empty() {
            self.received -= unread.len() as u64;
            self.add(Direction::Received, unread);
        }
    }
}

/// What was found wrong.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    /// What happened, in one sentence.
    pub(super) happened: String,
    pub(super) record: Record,
    /// The first wrong byte, where there is one.
    pub(super) mark: Option<Mark>,
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

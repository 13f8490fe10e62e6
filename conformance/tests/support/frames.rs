//! Frames as the server reads and writes them.

use std::cell::{Cell, RefCell};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::flaw::Flaw;
use super::limits::{MESSAGE_MAX, PATIENCE};
use super::quirk::Quirk;
use super::shared::Shared;

/// A frame, unmasked.
pub(crate) struct Frame {
    pub(crate) fin: bool,
    pub(crate) rsv: u8,
    pub(crate) opcode: u8,
    pub(crate) payload: Vec<u8>,
}

/// Why no frame comes any more.
pub(crate) enum Over {
    /// The client is gone.
    Gone,
    /// It broke a rule, and is to be closed with this status code.
    Broke(u16),
}

/// Both directions of a connection.
pub(crate) struct Wire<'connection> {
    pub(crate) stream: &'connection TcpStream,
    pub(crate) shared: &'connection Shared,
    pub(crate) unread: Vec<u8>,
    /// How many of these bytes have been used up.
    pub(crate) used: usize,
    pub(crate) compressed: bool,
    /// How many frames have come since the last read.
    pub(crate) count: usize,
    /// The masking key that a server with this flaw keeps.
    pub(crate) key: Cell<Option<[u8; 4]>>,
    /// Whether a close frame has come, after which nothing may be sent. Held while anything is written.
    pub(crate) done: Arc<Mutex<bool>>,
    pub(crate) kept: RefCell<Vec<u8>>,
}

impl Wire<'_> {
    /// The next frame.
    pub(crate) fn next(&mut self) -> Result<Frame, Over> {
        let start = Instant::now();
        let mut is_pinged = false;
        loop {
            if let Some((frame, used)) = self.parse()? {
                self.used += used;
                self.count += 1;
                if self.shared.has(Flaw::ForgetsTheRest)
                    || (self.shared.has(Flaw::TwoFramesOnly) && self.count == 2)
                {
                    self.used = self.unread.len();
                }
                return Ok(frame);
            }
            self.flush()?;
            self.unread.drain(..self.used);
            (self.used, self.count) = (0, 0);
            if self.shared.has(Flaw::ForgetsHalfAFrame) && self.unread.len() < 8 {
                self.unread.clear();
            }
            self.stream.set_read_timeout(Some(PATIENCE)).map_err(|_| Over::Gone)?;
            let mut piece = vec![0; 65_536];
            let mut stream = self.stream;
            match stream.read(&mut piece) {
                Ok(0) => return Err(Over::Gone),
                Ok(count) => self.unread.extend_from_slice(&piece[..count]),
                Err(error) if is_timeout(&error) => {
                    let stays = [Flaw::NeverPings, Flaw::PingsForEver];
                    let stays = stays.iter().any(|flaw| self.shared.has(*flaw));
                    // A minute is long enough for any check.
                    if (is_pinged && !stays) || start.elapsed() > Duration::from_mins(1) {
                        return Err(Over::Gone);
                    }
                    if !self.shared.has(Flaw::NeverPings) {
                        self.send(9, b"")?;
                    }
                    is_pinged = true;
                }
                Err(_) => return Err(Over::Gone),
            }
        }
    }

    /// Waits until the client is gone, or has sent a close frame if that is enough.
    pub(crate) fn waits(&self, for_close: bool) {
        let mut stream = self.stream;
        let _ = stream.set_read_timeout(None);
        let mut bytes = [0; 1024];
        while matches!(stream.read(&mut bytes), Ok(1..)) {
            if for_close && bytes[0] == 0x88 {
                return;
            }
        }
    }

    /// Whether a later ping has arrived, too: then this one needs no answer (§5.5.3).
    pub(crate) fn has_another_ping(&self) -> bool {
        matches!(self.parse(), Ok(Some((Frame { opcode: 9, .. }, _))))
    }

    /// Returns the next frame that has arrived.
    pub(crate) fn parse_rest(&mut self) -> Result<Frame, Over> {
        let (frame, used) = self.parse()?.ok_or(Over::Gone)?;
        self.used += used;
        Ok(frame)
    }

    /// Returns the first complete frame, and how many bytes it takes.
    fn parse(&self) -> Result<Option<(Frame, usize)>, Over> {
        let has = |flaw| self.shared.has(flaw);
        let [first, second, behind @ ..] = &self.unread[self.used..] else { return Ok(None) };
        let (fin, rsv, opcode) = (first & 0x80 != 0, first >> 4 & 7, first & 15);
        let rsv1_is_due = self.compressed
            && (matches!(opcode, 1 | 2)
                || (opcode == 0 && has(Flaw::RsvOnContinuation))
                || (opcode > 7 && has(Flaw::RsvOnControl)));
        let takes = |flaw, is_it| has(flaw) && is_it;
        let takes_rsv = has(Flaw::OverlooksRsv)
            || takes(Flaw::OverlooksRsv1, rsv == 4)
            || takes(Flaw::OverlooksRsvOnControl, matches!(opcode, 9 | 10))
            || takes(Flaw::OverlooksRsvOnClose, opcode == 8)
            || takes(Flaw::OverlooksRsvOnEmpty, matches!(second, 0 | 0x80))
            || takes(Flaw::OverlooksRsvOnFragments, !fin && opcode != 0)
            || takes(Flaw::OverlooksRsvOnContinuation, opcode == 0);
        let wrong_rsv = rsv & if rsv1_is_due { 3 } else { 7 } != 0 && !takes_rsv;
        let takes_opcode = has(Flaw::AnyOpcode)
            || takes(Flaw::TakesOpcode5, opcode == 5)
            || takes(Flaw::TakesOpcode14, opcode == 14)
            || takes(Flaw::TakesUnfinishedOpcodes, !fin);
        let wrong_opcode = matches!(opcode, 3..=7 | 11..) && !takes_opcode;
        let is_control = matches!(opcode, 8..=10);
        let takes_fragmented = has(Flaw::FragmentedControl)
            || takes(Flaw::FragmentedPong, opcode == 10)
            || takes(Flaw::FragmentedClose, opcode == 8);
        let fragmented = is_control && !fin && !takes_fragmented;
        let unmasked = second & 0x80 == 0;
        let short = second & 0x7f;
        let takes_long = has(Flaw::LongControl)
            || takes(Flaw::LongPong, opcode == 10)
            || takes(Flaw::LongClose, opcode == 8);
        let long_control = is_control && short > 125 && !takes_long;
        if wrong_rsv || wrong_opcode || fragmented || long_control {
            return Err(Over::Broke(1002));
        }
        let takes_unmasked = has(Flaw::TakesUnmasked)
            || takes(Flaw::TakesUnmaskedControl, matches!(opcode, 9 | 10))
            || takes(Flaw::TakesUnmaskedClose, opcode == 8)
            || takes(Flaw::TakesUnmaskedEmpty, short == 0)
            || takes(Flaw::TakesUnmaskedBinary, opcode == 2)
            || takes(Flaw::TakesUnmaskedContinuation, opcode == 0);
        if unmasked && !takes_unmasked {
            return Err(Over::Broke(1002));
        }
        let (length, extended) = match (short, behind) {
            (126, [high, low, ..]) if has(Flaw::LowByteFirst) => {
                (u64::from(u16::from_le_bytes([*high, *low])), 2)
            }
            (126, [high, low, ..]) => (u64::from(u16::from_be_bytes([*high, *low])), 2),
            (127, [_, _, _, _, _, _, _, _, ..]) => {
                (u64::from_be_bytes(behind[..8].try_into().unwrap()), 8)
            }
            (126 | 127, _) => return Ok(None),
            (short, _) => (u64::from(short), 0),
        };
        let top_bit = length >> 63 != 0;
        let length = if has(Flaw::OverlooksTopBit) { length << 1 >> 1 } else { length };
        let shortest = match length {
            0..=125 => 0,
            126..=0xffff => 2,
            _ => 8,
        };
        let any_form = has(Flaw::AnyLengthForm) || (top_bit && has(Flaw::OverlooksTopBit));
        if extended != shortest && !any_form && !has(Flaw::LowByteFirst) {
            return Err(Over::Broke(1002));
        }
        let max = if has(Flaw::NothingOver64K) { 0xffff } else { MESSAGE_MAX as u64 };
        if length > max && !(has(Flaw::WaitsForWhatIsDeclared) && length >> 62 == 1) {
            if has(Flaw::AllocatesWhatIsDeclared) {
                // Written to, so that it is really taken.
                std::hint::black_box(vec![1_u8; 400 * 1024 * 1024]);
            }
            return Err(Over::Broke(if top_bit { 1002 } else { 1009 }));
        }
        let behind = &behind[extended..];
        let key_length = if unmasked { 0 } else { 4 };
        if (behind.len() as u64) < length.saturating_add(key_length as u64) {
            return Ok(None);
        }
        let (key, payload) = behind.split_at(key_length);
        if has(Flaw::ZeroKeyIsNone) && key == [0; 4] {
            return Err(Over::Broke(1002));
        }
        let keeps = has(Flaw::KeepsFirstKey) || takes(Flaw::KeepsKeyOfTheMessage, opcode == 0);
        if let (Ok(key), false) = (key.try_into(), keeps && self.key.get().is_some()) {
            self.key.set(Some(key));
        }
        let key = self.key.get().filter(|_| keeps).map_or(key.to_vec(), Vec::from);
        let key = &key[..];
        let payload = self.unmask(key, &payload[..usize::try_from(length).unwrap()]);
        let used = 2 + extended + key_length + payload.len();
        Ok(Some((Frame { fin, rsv, opcode, payload }, used)))
    }

    fn unmask(&self, key: &[u8], payload: &[u8]) -> Vec<u8> {
        let mut payload = payload.to_vec();
        if let Ok(key) = <[u8; 4]>::try_from(key) {
            let key =
                if self.shared.has(Flaw::KnowsOneKey) { [0x37, 0xfa, 0x21, 0x3d] } else { key };
            let end = if self.shared.has(Flaw::UnmasksFourBytes) { 4 } else { payload.len() };
            let end = end.min(payload.len());
            for (index, byte) in payload[..end].iter_mut().enumerate() {
                *byte ^= key[index % 4];
            }
        }
        payload
    }

    /// Sends a frame, or a message in fragments.
    pub(crate) fn send(&self, opcode: u8, payload: &[u8]) -> Result<(), Over> {
        let does = |quirk| self.shared.does(quirk);
        if does(Quirk::AnswersLate) {
            thread::sleep(Duration::from_millis(20));
        }
        let pings = does(Quirk::EchoesInFragmentsAroundPings);
        if opcode > 2 || !(pings || does(Quirk::EchoesInFragments)) {
            return self.send_frame(opcode, payload, true);
        }
        let size = payload.len().div_ceil(3).max(1);
        for (index, part) in payload.chunks(size).enumerate() {
            self.send_frame(if index == 0 { opcode } else { 0 }, part, false)?;
            if pings {
                self.send_frame(9, b"between", true)?;
            }
        }
        self.send_frame(if payload.is_empty() { opcode } else { 0 }, b"", true)
    }

    /// Sends a frame.
    pub(crate) fn send_frame(&self, opcode: u8, payload: &[u8], fin: bool) -> Result<(), Over> {
        let has = |flaw| self.shared.has(flaw);
        let mut payload = payload.to_vec();
        let wrong = [
            (Flaw::Wrong125, 125),
            (Flaw::Wrong126, 126),
            (Flaw::Wrong65535, 65_535),
            (Flaw::Wrong65536, 65_536),
        ];
        let is_long = payload.len() > 0x7fff && payload.len() < 0x1_0000;
        if wrong.iter().any(|(flaw, length)| has(*flaw) && opcode == 1 && payload.len() == *length)
            || (has(Flaw::SignedLength) && opcode == 1 && is_long)
        {
            payload.pop();
        }
        let payload = &payload[..];
        let rsv3 = if has(Flaw::SetsRsv3) && opcode < 8 { 0x10 } else { 0 };
        let masks = has(Flaw::MasksAnswers)
            || (has(Flaw::MasksPongs) && opcode == 10)
            || (has(Flaw::MasksLong) && payload.len() > 200)
            || (has(Flaw::MasksClose) && opcode == 8);
        let mask: u8 = if masks { 0x80 } else { 0 };
        let fin = fin
            && !(has(Flaw::FragmentsPongs) && opcode == 10
                || has(Flaw::FragmentsClose) && opcode == 8);
        let mut frame = vec![if fin { 0x80 } else { 0 } | rsv3 | opcode];
        match payload.len() {
            length @ 0..=125 => frame.push(mask + u8::try_from(length).unwrap()),
            length @ 126..=0xffff if !has(Flaw::EightByteLengths) => {
                frame.push(mask + 126);
                frame.extend(u16::try_from(length).unwrap().to_be_bytes());
            }
            length => {
                frame.push(mask + 127);
                frame.extend((length as u64).to_be_bytes());
            }
        }
        if mask != 0 {
            // With this key the payload stays as it is.
            frame.extend([0; 4]);
        }
        frame.extend_from_slice(payload);
        self.write(&frame)
    }

    /// Writes what was kept, by a server that writes once for all that it has read.
    pub(crate) fn flush(&self) -> Result<(), Over> {
        let mut stream = self.stream;
        stream.write_all(&self.kept.take()).map_err(|_| Over::Gone)
    }

    /// Writes bytes as they are.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), Over> {
        if self.shared.does(Quirk::WritesOnce) {
            self.kept.borrow_mut().extend(bytes);
            return Ok(());
        }
        let _whole = self.done.lock().unwrap();
        let lock =
            self.shared.has(Flaw::WritesOneByOne).then(|| self.shared.writing.lock().unwrap());
        let mut stream = self.stream;
        let written = stream.write_all(bytes);
        drop(lock);
        written.map_err(|_| Over::Gone)
    }
}

pub(crate) fn is_timeout(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
}

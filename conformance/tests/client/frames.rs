//! Frames as the client reads and writes them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::flaw::Flaw;
use crate::numbers::{next_count, random};

/// The longest message that the client takes.
const MESSAGE_MAX: u64 = 1024 * 1024;

/// A frame.
#[derive(Clone)]
pub(crate) struct Frame {
    pub(crate) fin: bool,
    pub(crate) rsv: u8,
    pub(crate) opcode: u8,
    pub(crate) payload: Vec<u8>,
}

/// Why the conversation is over.
pub(crate) enum Over {
    /// The server is gone.
    Gone,
    /// It broke a rule, and is to be closed with this status code; with none after a close frame.
    Broke(u16),
}

/// Both directions of a connection.
pub(crate) struct Wire<'connection> {
    pub(crate) stream: &'connection TcpStream,
    pub(crate) flaw: Option<Flaw>,
    pub(crate) unread: Vec<u8>,
    pub(crate) compressed: bool,
    /// The key of a connection that has only one.
    pub(crate) key: [u8; 16],
}

impl Wire<'_> {
    pub(crate) fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    /// The next frame.
    pub(crate) fn next(&mut self) -> Result<Frame, Over> {
        loop {
            if let Some((frame, used)) = self.parse()? {
                self.unread.drain(..used);
                if self.has(Flaw::ForgetsTheRest) {
                    self.unread.clear();
                }
                return Ok(frame);
            }
            if self.has(Flaw::ForgetsHalfAFrame) && self.unread.len() < 8 {
                self.unread.clear();
            }
            let mut piece = vec![0; 65_536];
            match (&mut &*self.stream).read(&mut piece) {
                Ok(count @ 1..) => self.unread.extend_from_slice(&piece[..count]),
                _ => return Err(Over::Gone),
            }
        }
    }

    /// The first complete frame, and how many bytes it takes.
    pub(crate) fn parse(&self) -> Result<Option<(Frame, usize)>, Over> {
        let has = |flaw| self.has(flaw);
        let [first, second, behind @ ..] = &self.unread[..] else { return Ok(None) };
        let (fin, rsv, opcode) = (first & 0x80 != 0, first >> 4 & 7, first & 15);
        let is_control = opcode > 7;
        let rsv1_is_due = self.compressed
            && (matches!(opcode, 1 | 2)
                || opcode == 0 && has(Flaw::RsvOnContinuation)
                || is_control && has(Flaw::RsvOnCompressedPing));
        let any_rsv = !self.compressed
            && has(if is_control { Flaw::OverlooksRsvOnControl } else { Flaw::OverlooksRsv });
        let wrong_rsv = rsv & if rsv1_is_due { 3 } else { 7 } != 0 && !any_rsv;
        let wrong_opcode = matches!(opcode, 3..=7 | 11..) && !has(Flaw::AnyOpcode);
        let fragmented = is_control && !fin && !has(Flaw::FragmentedControl);
        let masked = second & 0x80 != 0;
        let short = second & 0x7f;
        let long = is_control && short > 125 && !has(Flaw::LongControl);
        if wrong_rsv || wrong_opcode || fragmented || long || masked && !has(Flaw::TakesMasked) {
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
        let any_form = has(Flaw::AnyLengthForm)
            || top_bit && has(Flaw::OverlooksTopBit)
            || has(Flaw::LowByteFirst);
        if extended != shortest && !any_form {
            return Err(Over::Broke(1002));
        }
        if length > MESSAGE_MAX && (top_bit || !has(Flaw::WaitsForWhatIsDeclared)) {
            return Err(Over::Broke(if top_bit { 1002 } else { 1009 }));
        }
        let start: usize = 2 + extended + if masked { 4 } else { 0 };
        let Some(end) = usize::try_from(length).ok().and_then(|length| start.checked_add(length))
        else {
            return Ok(None);
        };
        let Some(payload) = self.unread.get(start..end) else { return Ok(None) };
        let mut payload = payload.to_vec();
        if masked {
            let key = &self.unread[start - 4..start];
            payload.iter_mut().zip(key.iter().cycle()).for_each(|(byte, key)| *byte ^= key);
        }
        Ok(Some((Frame { fin, rsv, opcode, payload }, end)))
    }

    /// Sends a frame.
    pub(crate) fn send(&self, opcode: u8, rsv: u8, payload: &[u8]) -> Result<(), Over> {
        let has = |flaw| self.has(flaw);
        let is_control = opcode > 7;
        let rsv = if has(Flaw::SetsRsv3) && !is_control { rsv | 1 } else { rsv };
        let fin = !(has(Flaw::FragmentsPong) && opcode == 10);
        let mask = !(has(Flaw::NoMask)
            || has(Flaw::ControlWithoutMask) && is_control
            || has(Flaw::EmptyWithoutMask) && payload.is_empty());
        let bit = u8::from(mask) << 7;
        let mut frame = vec![u8::from(fin) << 7 | rsv << 4 | opcode];
        match payload.len() {
            length @ 0..=125 => frame.push(bit | u8::try_from(length).unwrap()),
            length @ 126..=0xffff if !has(Flaw::EightByteLengths) => {
                frame.push(bit + 126);
                frame.extend(u16::try_from(length).unwrap().to_be_bytes());
            }
            length => {
                frame.push(bit + 127);
                frame.extend((length as u64).to_be_bytes());
            }
        }
        if mask {
            let key = self.mask();
            frame.extend(key);
            frame.extend(payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
        } else {
            frame.extend_from_slice(payload);
        }
        (&mut &*self.stream).write_all(&frame).map_err(|_| Over::Gone)
    }

    fn mask(&self) -> [u8; 4] {
        let [own, fresh] = [self.key, random()].map(|key| *key.first_chunk().unwrap());
        match self.flaw {
            Some(Flaw::ZeroMask) => [0; 4],
            Some(Flaw::OneMaskPerConnection) => own,
            Some(Flaw::CountedMask) => {
                (u32::from_be_bytes(own).wrapping_add(next_count().into())).to_be_bytes()
            }
            Some(Flaw::SeededMask) => (u32::from(next_count()) + 1)
                .wrapping_pow(3)
                .wrapping_mul(0x9e37_79b9)
                .to_be_bytes(),
            Some(Flaw::SixteenBitMask) => [0, 0, fresh[0], fresh[1]],
            _ => fresh,
        }
    }
}

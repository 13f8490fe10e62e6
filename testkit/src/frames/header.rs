//! The bytes before a payload (RFC 6455 §5.2), read as they are: faults are named, not refused.

use crate::frames::opcode::Opcode;
use crate::frames::role::Role;

/// The largest payload of a control frame (RFC 6455 §5.5), and the largest length in seven bits.
pub(crate) const SHORT_MAX: u64 = 125;
/// Says that the length follows in two bytes.
pub(crate) const TWO_BYTES: u8 = 126;
/// Says that the length follows in eight bytes.
pub(crate) const EIGHT_BYTES: u8 = 127;
const TOP_BIT: u64 = 1 << 63;

/// How many bytes of extended payload length the shortest form of a length has: 0, 2 or 8.
pub fn shortest_form(length: u64) -> usize {
    match length {
        0..=SHORT_MAX => 0,
        126..=0xffff => 2,
        _ => 8,
    }
}

/// The header of a frame, exactly as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) fin: bool,
    /// RSV1, RSV2 and RSV3, as the number 0 to 7; RSV1 is 4.
    pub(crate) rsv: u8,
    pub(crate) opcode: Opcode,
    pub(crate) masking_key: Option<[u8; 4]>,
    /// Bytes of payload that the header declares.
    pub(crate) length: u64,
    /// Bytes that the extended payload length took: 0, 2 or 8.
    pub(crate) extended: usize,
    /// Bytes of the header itself, the masking key included.
    pub(crate) size: usize,
}

impl Header {
    /// Reads a header; `None` as long as there is not all of it.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (&[first, second], rest) = bytes.split_first_chunk()?;
        let (length, extended) = match second & 0x7f {
            TWO_BYTES => (u64::from(u16::from_be_bytes(*rest.first_chunk()?)), 2),
            EIGHT_BYTES => (u64::from_be_bytes(*rest.first_chunk()?), 8),
            seven_bits => (u64::from(seven_bits), 0),
        };
        let masked = second & 0x80 != 0;
        let masking_key = if masked { Some(*rest.get(extended..)?.first_chunk()?) } else { None };
        Some(Self {
            fin: first & 0x80 != 0,
            rsv: (first >> 4) & 0x07,
            opcode: Opcode::from_bits(first),
            masking_key,
            length,
            extended,
            size: 2 + extended + if masked { 4 } else { 0 },
        })
    }

    /// Bytes of the whole frame; `None` if no machine could hold them.
    pub(crate) fn frame_size(&self) -> Option<usize> {
        self.size.checked_add(usize::try_from(self.length).ok()?)
    }

    /// What is wrong with the length, if anything is (RFC 6455 §5.2).
    pub(crate) fn length_fault(&self) -> Option<String> {
        if self.length & TOP_BIT != 0 {
            Some(format!("length {:#x}: its top bit is set (§5.2)", self.length))
        } else if self.extended > shortest_form(self.length) {
            let form = if self.extended == 2 { "two" } else { "eight" };
            Some(format!("length {} in {form} bytes: not minimal (§5.2)", self.length))
        } else {
            None
        }
    }

    /// Returns the rules that `sender` has broken, each with its clause. A set RSV bit is not among
    /// them: whether it is a fault depends on the extensions that were agreed.
    pub(crate) fn faults(&self, sender: Role) -> Vec<String> {
        let mut faults = Vec::from_iter(self.length_fault());
        if self.opcode.is_reserved() {
            faults.push("reserved opcode (§5.2)".to_owned());
        }
        if self.opcode.is_control() && self.length > SHORT_MAX {
            faults.push("a control frame over 125 bytes (§5.5)".to_owned());
        }
        if self.opcode.is_control() && !self.fin {
            faults.push("a fragmented control frame (§5.5)".to_owned());
        }
        match (sender, self.masking_key) {
            (Role::Client, None) => faults.push("a client must mask (§5.1)".to_owned()),
            (Role::Server, Some(_)) => faults.push("a server must not mask (§5.1)".to_owned()),
            (Role::Client, Some(_)) | (Role::Server, None) => {}
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_once_all_of_it_is_there() {
        let bytes = [0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4];
        for end in 0..bytes.len() {
            assert_eq!(Header::read(&bytes[..end]), None, "{end} bytes");
        }
        let header = Header::read(&bytes).unwrap();
        assert_eq!(header.opcode, Opcode::Binary);
        assert!(header.fin);
        assert_eq!(header.length, 65_536);
        assert_eq!(header.masking_key, Some([1, 2, 3, 4]));
        assert_eq!((header.extended, header.size), (8, 14));
        assert_eq!(header.faults(Role::Client), Vec::<String>::new());
    }

    #[test]
    fn the_reserved_bits_are_kept() {
        let header = Header::read(&[0b0101_0001, 0]).unwrap();
        assert!(!header.fin);
        assert_eq!(header.rsv, 0b101);
        assert_eq!(header.opcode, Opcode::Text);
    }

    #[test]
    fn every_fault_is_named() {
        let faults = |bytes: &[u8], sender| Header::read(bytes).unwrap().faults(sender);
        assert_eq!(
            faults(&[0x82, 0x7e, 0, 125], Role::Server),
            ["length 125 in two bytes: not minimal (§5.2)"]
        );
        assert_eq!(
            faults(&[0x82, 0x7f, 0, 0, 0, 0, 0, 0, 0xff, 0xff], Role::Server),
            ["length 65535 in eight bytes: not minimal (§5.2)"]
        );
        assert_eq!(
            faults(&[0x82, 0x7f, 0x80, 0, 0, 0, 0, 0, 0, 0], Role::Server),
            ["length 0x8000000000000000: its top bit is set (§5.2)"]
        );
        assert_eq!(
            faults(&[0x09, 0x7e, 0, 126], Role::Server),
            ["a control frame over 125 bytes (§5.5)", "a fragmented control frame (§5.5)"]
        );
        assert_eq!(faults(&[0x83, 0x00], Role::Server), ["reserved opcode (§5.2)"]);
        assert_eq!(faults(&[0x81, 0x00], Role::Client), ["a client must mask (§5.1)"]);
        assert_eq!(
            faults(&[0x81, 0x80, 1, 2, 3, 4], Role::Server),
            ["a server must not mask (§5.1)"]
        );
    }
}

//! A frame as a case describes it, its header, and masking (RFC 6455 §5.2 and §5.3).

/// The opcodes (RFC 6455 §5.2).
pub(crate) mod opcode {
    /// The next fragment of a message.
    pub(crate) const CONTINUATION: u8 = 0;
    /// A text message, or its first fragment.
    pub(crate) const TEXT: u8 = 1;
    /// A binary message, or its first fragment.
    pub(crate) const BINARY: u8 = 2;
    /// A close frame.
    pub(crate) const CLOSE: u8 = 8;
    /// A ping.
    pub(crate) const PING: u8 = 9;
    /// A pong.
    pub(crate) const PONG: u8 = 10;

    /// Whether this is the opcode of a control frame, known or reserved.
    pub(crate) fn is_control(opcode: u8) -> bool {
        opcode > 7
    }
}

/// The FIN bit in the first byte of a frame.
const FIN: u8 = 0x80;
/// The mask bit in the second byte of a frame.
const MASKED: u8 = 0x80;
/// The length in the second byte that stands for two more bytes.
const TWO_BYTES: u8 = 0x7e;
/// The length in the second byte that stands for eight more bytes.
const EIGHT_BYTES: u8 = 0x7f;
/// RSV1, which marks a compressed message (RFC 7692 §6).
pub(crate) const RSV1: u8 = 4;

/// How the bytes of a frame reach the peer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Writes {
    /// Together with the frames around it.
    #[default]
    Together,
    /// In a write of its own.
    Alone,
    /// In writes of this many bytes.
    Of(usize),
}

/// A frame to send, which may break rules.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// Four bits, among them the reserved ones.
    pub(crate) opcode: u8,
    /// Whether it is the last fragment.
    pub(crate) fin: bool,
    /// RSV1 to RSV3 as a number: RSV1 is 4.
    pub(crate) rsv: u8,
    /// The payload, before it is masked.
    pub(crate) payload: Vec<u8>,
    /// How it is written.
    pub(crate) writes: Writes,
}

impl Frame {
    /// A frame that breaks no rule by itself.
    pub(crate) fn new(opcode: u8, payload: impl Into<Vec<u8>>) -> Self {
        Self { opcode, fin: true, rsv: 0, payload: payload.into(), writes: Writes::Together }
    }

    /// The same frame as a fragment that is not the last.
    pub(crate) fn unfinished(self) -> Self {
        Self { fin: false, ..self }
    }

    /// The same frame with these reserved bits.
    pub(crate) fn rsv(self, rsv: u8) -> Self {
        Self { rsv, ..self }
    }

    /// The same frame, written like this.
    pub(crate) fn written(self, writes: Writes) -> Self {
        Self { writes, ..self }
    }
}

/// Returns the first byte of a frame.
pub(crate) fn first_byte(fin: bool, rsv: u8, opcode: u8) -> u8 {
    (if fin { FIN } else { 0 }) | (rsv << 4) | opcode
}

/// Appends the header of a frame: the first byte, the length in the shortest form, and the key.
pub(crate) fn put_header(out: &mut Vec<u8>, first: u8, length: usize, key: Option<[u8; 4]>) {
    let masked = if key.is_some() { MASKED } else { 0 };
    out.push(first);
    if let Ok(short @ ..=125) = u8::try_from(length) {
        out.push(masked | short);
    } else if let Ok(length) = u16::try_from(length) {
        out.push(masked | TWO_BYTES);
        out.extend(length.to_be_bytes());
    } else {
        out.push(masked | EIGHT_BYTES);
        out.extend((length as u64).to_be_bytes());
    }
    out.extend(key.into_iter().flatten());
}

/// Masks or unmasks a part of a payload that begins `offset` bytes after the payload's start.
pub(crate) fn mask(bytes: &mut [u8], key: [u8; 4], offset: u64) {
    let mut key = key;
    key.rotate_left((offset % 4) as usize);
    let [a, b, c, d] = key;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let mut words = bytes.chunks_exact_mut(8);
    for word in &mut words {
        if let Ok(word) = <&mut [u8; 8]>::try_from(word) {
            *word = (u64::from_ne_bytes(*word) ^ wide).to_ne_bytes();
        }
    }
    for (byte, key) in words.into_remainder().iter_mut().zip(key.iter().cycle()) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_masked_alike_in_one_piece_and_in_several() {
        let payload: Vec<u8> = (0..100).collect();
        let key = [1, 20, 120, 200];
        let plain = |(index, byte): (usize, &u8)| byte ^ key[index % 4];
        let expected: Vec<u8> = payload.iter().enumerate().map(plain).collect();
        for at in 0..payload.len() {
            let mut masked = payload.clone();
            let (start, end) = masked.split_at_mut(at);
            mask(start, key, 0);
            mask(end, key, at as u64);
            assert_eq!(masked, expected, "split at {at}");
        }
    }

    #[test]
    fn a_length_has_its_shortest_form() {
        for (length, header) in [
            (125, vec![0x81, 0x7d]),
            (126, vec![0x81, 0x7e, 0, 126]),
            (65_535, vec![0x81, 0x7e, 0xff, 0xff]),
            (65_536, vec![0x81, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let mut out = Vec::new();
            put_header(&mut out, first_byte(true, 0, opcode::TEXT), length, None);
            assert_eq!(out, header);
        }
    }
}

//[ 6
//! Frames: a header, and a payload (RFC 6455 §5.2).

//[ 6-8
use std::io::{self, ErrorKind, Read};
use std::net::TcpStream;

//]
//[ 10
/// The opcode of a frame that continues a message.
pub const CONTINUATION: u8 = 0;
//]
//[ 8
/// The opcode of a frame that holds a text.
pub const TEXT: u8 = 1;
/// The opcode of a frame that holds any bytes.
pub const BINARY: u8 = 2;
/// The opcode of a frame that closes the connection.
pub const CLOSE: u8 = 8;
//]
//[ 10
// From 8 on, they are the opcodes of control frames.
pub const PING: u8 = 9;
pub const PONG: u8 = 10;
//]
//[ 17

/// The first reserved bit, in the byte of the opcode. It marks a compressed message.
pub const RSV1: u8 = 0x40;
//]
//[ 8

//]
/// What a frame says before its payload.
pub struct Header {
    //[ 11
    /// Whether this is the last frame of its message.
    pub fin: bool,
    //]
    //[ 17
    pub rsv1: bool,
    //]
    //[ 8
    pub opcode: u8,
    //]
    /// Bytes of payload.
    pub length: u64,
    pub masking_key: [u8; 4],
}

//[ 6-8
/// Reads the header of the next frame.
pub fn read_header(stream: &mut TcpStream) -> io::Result<Header> {
    let mut start = [0; 2];
    stream.read_exact(&mut start)?;
    //[ 7
    if start[1] & 0x80 == 0 {
        return Err(io::Error::other("a frame that is not masked"));
    }
    //]
    let length = match start[1] & 0x7f {
        126 => {
            let mut bytes = [0; 2];
            stream.read_exact(&mut bytes)?;
            u64::from(u16::from_be_bytes(bytes))
        }
        127 => {
            let mut bytes = [0; 8];
            stream.read_exact(&mut bytes)?;
            u64::from_be_bytes(bytes)
        }
        length => u64::from(length),
    };
    if length >> 63 == 1 {
        return Err(io::Error::other("a length with its top bit set"));
    }
    let mut masking_key = [0; 4];
    stream.read_exact(&mut masking_key)?;
    //[ 6-7
    Ok(Header { length, masking_key })
    //]
    //[ 8
    Ok(Header { opcode: start[0] & 0x0f, length, masking_key })
    //]
}

/// Reads a payload of this length.
pub fn read_payload(stream: &mut TcpStream, length: u64) -> io::Result<Vec<u8>> {
    // Grows with what arrives. A buffer of the declared length would let a client take all of our
    // memory with a header of fourteen bytes.
    let mut payload = Vec::new();
    stream.take(length).read_to_end(&mut payload)?;
    if (payload.len() as u64) < length {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(payload)
}
//]
//[ 9
impl Header {
    /// Decodes the header at the start of these bytes. Returns it with its size, or `None` if it
    /// has not arrived completely.
    pub fn decode(bytes: &[u8]) -> Result<Option<(Header, usize)>, &'static str> {
        let [first, second, rest @ ..] = bytes else { return Ok(None) };
        //[ 10
        //[ 10-16
        let (fin, opcode) = (first & 0x80 != 0, first & 0x0f);
        if first & 0x70 != 0 {
        //]
        //[ 17
        let (fin, rsv1, opcode) = (first & 0x80 != 0, first & RSV1 != 0, first & 0x0f);
        if first & 0x30 != 0 {
        //]
            return Err("a reserved bit is set");
        }
        if !matches!(opcode, CONTINUATION | TEXT | BINARY | CLOSE | PING | PONG) {
            return Err("a reserved opcode");
        }
        if opcode >= CLOSE && !fin {
            return Err("a control frame that is a fragment");
        }
        if opcode >= CLOSE && second & 0x7f > 125 {
            return Err("a control frame of more than 125 bytes");
        }
        //]
        if second & 0x80 == 0 {
            return Err("a frame that is not masked");
        }
        let (length, rest) = match second & 0x7f {
            126 => {
                let Some((bytes, rest)) = rest.split_first_chunk() else { return Ok(None) };
                (u64::from(u16::from_be_bytes(*bytes)), rest)
            }
            127 => {
                let Some((bytes, rest)) = rest.split_first_chunk() else { return Ok(None) };
                (u64::from_be_bytes(*bytes), rest)
            }
            length => (u64::from(length), rest),
        };
        if length >> 63 == 1 {
            return Err("a length with its top bit set");
        }
        //[ 10
        let is_shortest = match second & 0x7f {
            126 => length > 125,
            127 => length > 0xffff,
            _ => true,
        };
        if !is_shortest {
            return Err("a length that is not in its shortest form");
        }
        //]
        let Some((masking_key, rest)) = rest.split_first_chunk() else { return Ok(None) };
        //[ 9-9
        let header = Header { opcode: first & 0x0f, length, masking_key: *masking_key };
        //]
        //[ 10-10
        let header = Header { opcode, length, masking_key: *masking_key };
        //]
        //[ 11-16
        let header = Header { fin, opcode, length, masking_key: *masking_key };
        //]
        //[ 17
        let header = Header { fin, rsv1, opcode, length, masking_key: *masking_key };
        //]
        Ok(Some((header, bytes.len() - rest.len())))
    }
}
//]
//[ 7

/// Unmasks a payload: each byte is XORed with one of the four bytes of the masking key (RFC 6455
/// §5.3).
pub fn unmask(payload: &mut [u8], masking_key: [u8; 4]) {
    for (index, byte) in payload.iter_mut().enumerate() {
        *byte ^= masking_key[index % 4];
    }
}
//]
//[ 8

//]
//[ 8-16
/// Encodes a frame that is final and, as it comes from a server, not masked.
//]
//[ 17
/// Encodes a frame that is final and, as it comes from a server, not masked. `opcode` may include
/// RSV1.
//]
//[ 8
pub fn encode(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | opcode];
    // The length must be in the shortest of its three forms.
    let length = payload.len();
    if length <= 125 {
        frame.push(length as u8);
    } else if length <= 0xffff {
        frame.push(126);
        frame.extend_from_slice(&(length as u16).to_be_bytes());
    } else {
        frame.push(127);
        frame.extend_from_slice(&(length as u64).to_be_bytes());
    }
    frame.extend_from_slice(payload);
    frame
}
//]
//]

//! Waits for the end of a message, and forgets its beginning.
//!
//! Fails: a_frame_without_fin_comes_back
//!   "a text without FIN must come back like any other"

use std::io::{self, Read, Write};

const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// Answers the frames of one connection until the peer leaves.
fn serve(peer: &mut (impl Read + Write)) -> io::Result<()> {
    let mut received = Vec::new();
    let mut segment = [0; 4096];
    loop {
        while let Some((first, payload, taken)) = decode(&received) {
            received.drain(..taken);
            if first & 0x80 == 0 {
                continue;
            }
            match first & 0x0f {
                opcode @ (TEXT | BINARY) => peer.write_all(&encode(opcode, &payload))?,
                PING => peer.write_all(&encode(PONG, &payload))?,
                // A close is the last frame that may be sent: what follows it is not answered.
                CLOSE => return peer.write_all(&encode(CLOSE, &payload)),
                _ => {}
            }
        }
        match peer.read(&mut segment)? {
            0 => return Ok(()),
            count => received.extend_from_slice(&segment[..count]),
        }
    }
}

/// Decodes the masked frame, of up to 125 bytes, that `bytes` begins with. Returns its first byte,
/// its payload, and how many bytes it took; `None` if the frame is not complete yet.
fn decode(bytes: &[u8]) -> Option<(u8, Vec<u8>, usize)> {
    let (header, rest) = bytes.split_first_chunk::<2>()?;
    let (key, rest) = rest.split_first_chunk::<4>()?;
    let payload = rest.get(..usize::from(header[1] & 0x7f))?;
    let unmasked = payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key);
    Some((header[0], unmasked.collect(), 6 + payload.len()))
}

/// Encodes a frame with FIN as a server sends it: not masked. For payloads of up to 125 bytes.
fn encode(opcode: u8, payload: &[u8]) -> Vec<u8> {
    [&[0x80 | opcode, payload.len() as u8], payload].concat()
}

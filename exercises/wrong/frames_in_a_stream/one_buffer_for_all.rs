//! Keeps what has arrived in a static, which all connections share.
//!
//! Fails: each_connection_has_its_own_frames
//!   "two connections sent the halves of a frame in turns, and got mixed up"

use std::sync::Mutex;

/// What has arrived and is not used up.
static BYTES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// The frames that arrive on one connection.
#[derive(Default)]
struct Frames {}

impl Frames {
    /// Takes a segment, and returns the payloads of all frames that are complete now.
    fn push(&mut self, segment: &[u8]) -> Vec<Vec<u8>> {
        let mut bytes = BYTES.lock().unwrap();
        bytes.extend_from_slice(segment);
        let mut payloads = Vec::new();
        while let Some((_, payload, taken)) = decode(&bytes) {
            payloads.push(payload);
            bytes.drain(..taken);
        }
        payloads
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

//! Returns texts, and forgets every other frame.
//!
//! Fails: every_kind_of_frame_is_a_frame
//!   "a frame is a frame, whatever its first byte is"

/// The frames that arrive on one connection.
#[derive(Default)]
struct Frames {
    /// What has arrived and is not decoded yet: the beginning of a frame, or nothing.
    bytes: Vec<u8>,
}

impl Frames {
    /// Takes a segment, and returns the payloads of all frames that are complete now.
    fn push(&mut self, segment: &[u8]) -> Vec<Vec<u8>> {
        self.bytes.extend_from_slice(segment);
        let mut payloads = Vec::new();
        while let Some((first, payload, taken)) = decode(&self.bytes) {
            if first == 0x81 {
                payloads.push(payload);
            }
            self.bytes.drain(..taken);
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

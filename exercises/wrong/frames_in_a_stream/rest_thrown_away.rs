//! Takes all frames from a segment, and forgets the half one at its end.
//!
//! Fails: a_frame_in_two_segments_is_one
//!   "the frame came in two segments, and was lost"
//! Fails: a_stream_may_be_cut_anywhere
//!   "cut into segments of 1"

/// The frames that a connection brings.
#[derive(Default)]
struct Frames {
    /// What has arrived and is not used up: half a frame, or none.
    bytes: Vec<u8>,
}

impl Frames {
    /// Takes a segment, and returns the payloads of all frames that are whole now.
    fn push(&mut self, segment: &[u8]) -> Vec<Vec<u8>> {
        self.bytes.extend_from_slice(segment);
        let mut payloads = Vec::new();
        while let Some((_, payload, taken)) = decode(&self.bytes) {
            payloads.push(payload);
            self.bytes.drain(..taken);
        }
        self.bytes.clear();
        payloads
    }
}

/// A masked frame of up to 125 bytes at the start of `bytes`: its first byte, its payload, and the
/// bytes that it took. `None` if it is not there to its end.
fn decode(bytes: &[u8]) -> Option<(u8, Vec<u8>, usize)> {
    let (header, rest) = bytes.split_first_chunk::<2>()?;
    let (key, rest) = rest.split_first_chunk::<4>()?;
    let payload = rest.get(..usize::from(header[1] & 0x7f))?;
    let unmasked = payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key);
    Some((header[0], unmasked.collect(), 6 + payload.len()))
}

//! A solution of `frames_in_a_stream`: one read is not one frame.

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

fn main() {}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text as a browser sends it.
    fn frame(text: &str) -> Vec<u8> {
        let key = [0x37, 0xfa, 0x21, 0x3d];
        let payload = text.bytes().zip(key.into_iter().cycle()).map(|(byte, key)| byte ^ key);
        let length = u8::try_from(text.len()).expect("a short text");
        [0x81, 0x80 | length].into_iter().chain(key).chain(payload).collect()
    }

    fn texts(payloads: Vec<Vec<u8>>) -> Vec<String> {
        payloads.into_iter().map(|text| String::from_utf8_lossy(&text).into_owned()).collect()
    }

    #[test]
    fn a_frame_in_a_segment_is_one() {
        let mut frames = Frames::default();
        assert_eq!(texts(frames.push(&frame("hello"))), ["hello"], "one segment, one frame");
        assert_eq!(texts(frames.push(&frame("again"))), ["again"], "each frame comes once");
    }

    #[test]
    fn two_frames_in_a_segment_are_two() {
        let segment = [frame("hello"), frame("world")].concat();
        let texts = texts(Frames::default().push(&segment));
        assert_eq!(texts, ["hello", "world"], "the second frame of the segment was lost (F9)");
    }

    #[test]
    fn a_frame_in_two_segments_is_one() {
        let frame = frame("hello");
        let mut frames = Frames::default();
        assert_eq!(texts(frames.push(&frame[..8])), [""; 0], "half a frame is no frame");
        let texts = texts(frames.push(&frame[8..]));
        assert_eq!(texts, ["hello"], "the frame came in two segments, and was lost (F9)");
    }

    #[test]
    fn a_stream_may_be_cut_anywhere() {
        let stream = [frame("hello"), frame(""), frame("world")].concat();
        for length in 1..=stream.len() {
            let mut frames = Frames::default();
            let texts: Vec<String> =
                stream.chunks(length).flat_map(|segment| texts(frames.push(segment))).collect();
            assert_eq!(texts, ["hello", "", "world"], "cut into segments of {length}");
        }
    }
}

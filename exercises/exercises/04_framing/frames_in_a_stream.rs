//! # One read is not one frame
//!
//! The tutorials take one `recv(8096)` for one frame (fault F9). Then somebody types quickly: two
//! frames come in one segment, and the second is lost. Or somebody pastes a lot: a frame comes in
//! two segments, and both are garbage. TCP carries bytes, and knows nothing of frames.
//!
//! Make `Frames` give back what was sent, however it was cut. `decode` is right: it reads one
//! frame, and says how many bytes that took.
//!
//! Fails: two_frames_in_a_segment_are_two
//!   "the second frame of the segment was lost (F9)"
//! Fails: a_frame_in_two_segments_is_one
//!   "the frame came in two segments, and was lost (F9)"
//! Fails: a_stream_may_be_cut_anywhere
//!   "cut into segments of 1"
//!
//! Chapter: book/src/04-framing.md#exercises

/// The frames that a connection brings.
#[derive(Default)]
struct Frames {
    // TODO: what has to be kept from one segment to the next?
}

impl Frames {
    /// Takes a segment, and returns the payloads of all frames that are whole now.
    fn push(&mut self, segment: &[u8]) -> Vec<Vec<u8>> {
        decode(segment).map(|(_, payload, _)| payload).into_iter().collect()
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

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

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

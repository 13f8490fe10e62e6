//! # One read is not one frame
//!
//! This code takes the bytes of one read for one frame (fault F9). If two frames arrive together,
//! it loses the second. If a frame arrives in two parts, it loses both parts.
//!
//! Make `Frames` return the payload of every frame, however TCP has cut the stream into segments.
//! `decode` is right: it reads one frame, and returns how many bytes that took.
//!
//! Fails: a_frame_in_two_segments_is_one
//!   "a frame arrived in two segments, and was lost (F9)"
//! Fails: a_stream_may_be_cut_anywhere
//!   "three frames arrived in segments of 1 byte"
//! Fails: each_connection_has_its_own_frames
//!   "two connections sent the halves of a frame in turns, and got mixed up"
//! Fails: two_frames_in_a_segment_are_two
//!   "the second frame of a segment was lost, or came too late (F9)"
//!
//! Chapter: book/src/04-framing.md#exercises

/// The frames that arrive on one connection.
#[derive(Default)]
struct Frames {
    // TODO: what must be kept from one segment to the next?
}

impl Frames {
    /// Takes a segment, and returns the payloads of all frames that are complete now.
    fn push(&mut self, segment: &[u8]) -> Vec<Vec<u8>> {
        decode(segment).map(|(_, payload, _)| payload).into_iter().collect()
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

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_in_a_segment_is_one() {
        let segments = [text("hello"), text("again"), text("again")];
        let expected: [&[&str]; 3] = [&["hello"], &["again"], &["again"]];
        expect(&segments, &expected, "three segments, each with one frame");
    }

    #[test]
    fn two_frames_in_a_segment_are_two() {
        let segment = [text("hello"), text("world")].concat();
        let mistake = "the second frame of a segment was lost, or came too late (F9)";
        expect(&[segment], &[&["hello", "world"]], mistake);

        let yours = Frames::default().push(&text("a").repeat(1000)).len();
        let mistake = "1000 frames arrived in one segment, and all of them were complete";
        assert!(yours == 1000, "{mistake}\n  yours:    {yours} frames\n  expected: 1000 frames");
    }

    #[test]
    fn a_frame_in_two_segments_is_one() {
        let (first, second) = (text("hello")[..8].to_vec(), text("hello")[8..].to_vec());
        let mistake = "a frame arrived in two segments, and was lost (F9)";
        expect(&[first.clone(), second.clone()], &[&[], &["hello"]], mistake);
        let mistake = "between the halves of a frame came a segment without a byte";
        expect(&[first, vec![], second], &[&[], &[], &["hello"]], mistake);
    }

    #[test]
    fn every_kind_of_frame_is_a_frame() {
        let segments = [frame(0x82, "bytes"), frame(0x89, "ping"), frame(0x01, "hel")];
        let mistake = "a frame is a frame, whatever its first byte is";
        expect(&segments, &[&["bytes"], &["ping"], &["hel"]], mistake);
    }

    #[test]
    fn each_connection_has_its_own_frames() {
        let (hello, world) = (text("hello"), text("world"));
        let (mut one, mut other) = (Frames::default(), Frames::default());
        one.push(&hello[..8]);
        other.push(&world[..5]);
        let yours = [one.push(&hello[8..]), other.push(&world[5..])].map(readable);
        assert!(
            yours == [["hello"], ["world"]],
            "two connections sent the halves of a frame in turns, and got mixed up\n  \
             yours:    {yours:?}\n  expected: [[\"hello\"], [\"world\"]]"
        );
    }

    #[test]
    fn a_stream_may_be_cut_anywhere() {
        let stream = [text("hello"), text(""), text("world")].concat();
        for length in 1..=stream.len() {
            let mistake = "three frames arrived in segments of";
            expect_in_all(stream.chunks(length), &["hello", "", "world"], mistake, length);
        }
        let longest = "a".repeat(125);
        let stream = text(&longest);
        let mistake = "a frame with a payload of 125 bytes arrived in segments of";
        expect_in_all(stream.chunks(1), &[&longest], mistake, 1);
    }

    /// A text as a browser sends it.
    fn text(text: &str) -> Vec<u8> {
        frame(0x81, text)
    }

    fn frame(first: u8, payload: &str) -> Vec<u8> {
        let key = [0x37, 0xfa, 0x21, 0x3d];
        let masked = payload.bytes().zip(key.into_iter().cycle()).map(|(byte, key)| byte ^ key);
        [first, 0x80 | payload.len() as u8].into_iter().chain(key).chain(masked).collect()
    }

    fn readable(payloads: Vec<Vec<u8>>) -> Vec<String> {
        payloads.iter().map(|payload| String::from_utf8_lossy(payload).into_owned()).collect()
    }

    /// Compares what each segment completes.
    #[track_caller]
    fn expect(segments: &[Vec<u8>], expected: &[&[&str]], mistake: &str) {
        let mut frames = Frames::default();
        for (number, (segment, expected)) in segments.iter().zip(expected).enumerate() {
            let yours = readable(frames.push(segment));
            let hex: Vec<String> = segment.iter().map(|byte| format!("{byte:02x}")).collect();
            let (number, hex) = (number + 1, hex.join(" "));
            assert!(
                yours == *expected,
                "{mistake}\n  segment {number}: {hex}\n  yours:    {yours:?}\n  \
                 expected: {expected:?}"
            );
        }
    }

    /// Compares what all segments together complete.
    #[track_caller]
    fn expect_in_all<'s>(
        segments: impl Iterator<Item = &'s [u8]>,
        expected: &[&str],
        mistake: &str,
        length: usize,
    ) {
        let mut frames = Frames::default();
        let yours = readable(segments.flat_map(|segment| frames.push(segment)).collect());
        let bytes = if length == 1 { "byte" } else { "bytes" };
        let (is_right, expected) = (yours == expected, format!("{expected:?}"));
        assert!(
            is_right,
            "{mistake} {length} {bytes}\n  yours:    {:.60}\n  expected: {expected:.60}",
            format!("{yours:?}"),
        );
    }
}

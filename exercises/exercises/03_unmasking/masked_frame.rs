//! # Repair this reader: it ignores the mask bit
//!
//! This reader never looks at the mask bit. So it turns a frame that is not masked into garbage,
//! and should refuse it (RFC 6455 §5.1, fault F8). It also takes the bytes that have arrived for a
//! complete frame.
//!
//! A client masks every frame, and sets the top bit of the second byte to say so. Repair
//! `read_text`, for payloads of up to 125 bytes. It refuses a frame that is not masked as soon as
//! it has the second byte. For a masked frame whose length is in a longer form, it returns
//! `FrameError::Long`.
//!
//! Fails: a_frame_that_is_not_masked_is_refused
//!   "a frame without a mask must be refused, not read (F8)"
//! Fails: a_frame_that_is_not_whole_needs_more
//!   "6 of 13 bytes have arrived: wait for the others"
//!
//! Chapter: book/src/03-unmasking.md#exercises

/// Why a frame cannot be read.
#[derive(Debug, PartialEq, Eq)]
enum FrameError {
    /// A client must mask every frame.
    NotMasked,
    /// The length is in one of the longer forms, which this exercise leaves out.
    Long,
}

/// Reads the text of the frame that `bytes` begins with. `Ok(None)`: more bytes are needed.
fn read_text(bytes: &[u8]) -> Result<Option<String>, FrameError> {
    // TODO: what does the top bit of the second byte say? And has all of the frame arrived?
    let Some((header, rest)) = bytes.split_first_chunk::<2>() else { return Ok(None) };
    let length = usize::from(header[1] & 0x7f);
    if length > 125 {
        return Err(FrameError::Long);
    }
    let Some((key, payload)) = rest.split_first_chunk::<4>() else { return Ok(None) };
    let text = payload.iter().take(length).zip(key.iter().cycle()).map(|(byte, key)| byte ^ key);
    Ok(Some(String::from_utf8_lossy(&text.collect::<Vec<u8>>()).into_owned()))
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `5555555`, as a browser sent it.
    const MASKED: [u8; 13] =
        [0x81, 0x87, 0x0e, 0xc3, 0xf3, 0xcd, 0x3b, 0xf6, 0xc6, 0xf8, 0x3b, 0xf6, 0xc6];

    #[test]
    fn a_masked_frame_is_read() {
        expect(&MASKED, text("5555555"), "the payload XORed with the key is the text");
        let grace = frame([0x37, 0xfa, 0x21, 0x3d], "Grace");
        expect(&grace, text("Grace"), "the payload XORed with the key is the text");
        let cafe = frame([0x37, 0xfa, 0x21, 0x3d], "café");
        expect(&cafe, text("café"), "the text is UTF-8: a character may have several bytes");
    }

    #[test]
    fn a_key_of_zeros_is_a_key() {
        let unchanged = frame([0; 4], "5555555");
        expect(&unchanged, text("5555555"), "the mask bit says that there is a key, not the key");
    }

    #[test]
    fn an_empty_text_is_a_text() {
        expect(&[0x81, 0x80, 1, 2, 3, 4], text(""), "there is a key, and no payload");
    }

    #[test]
    fn what_follows_is_not_part_of_the_frame() {
        let two = [MASKED, MASKED].concat();
        expect(&two, text("5555555"), "the second frame is another text");
        expect(&two[..15], text("5555555"), "behind the frame the next one begins");
    }

    #[test]
    fn seven_bits_hold_lengths_up_to_125() {
        let longest = "a".repeat(125);
        let yours = read_text(&frame([1, 2, 3, 4], &longest));
        let mistake = "a payload of 125 bytes fits, and its frame begins with 81 fd";
        assert!(yours == text(&longest), "{mistake}\n  yours:    {yours:.60?}");
        for second in [0x80 | 126, 0x80 | 127] {
            let start = [0x81, second, 0, 0, 0, 0, 0, 0, 0, 5];
            let mistake = "126 and 127 are not lengths: they announce a longer form";
            expect(&start, Err(FrameError::Long), mistake);
        }
    }

    #[test]
    fn a_frame_that_is_not_masked_is_refused() {
        let frame = [&[0x81, 0x07], "5555555".as_bytes()].concat();
        let mistake = "a frame without a mask must be refused, not read (F8)";
        expect(&frame, Err(FrameError::NotMasked), mistake);
        expect(&[0x81, 0x00], Err(FrameError::NotMasked), "an empty frame needs a mask, too (F8)");
        let mistake = "the first two bytes are enough to see that there is no mask (F8)";
        expect(&frame[..2], Err(FrameError::NotMasked), mistake);
    }

    #[test]
    fn a_frame_that_is_not_whole_needs_more() {
        for count in 0..MASKED.len() {
            let mistake = format!("{count} of 13 bytes have arrived: wait for the others");
            expect(&MASKED[..count], Ok(None), &mistake);
        }
    }

    fn text(text: &str) -> Result<Option<String>, FrameError> {
        Ok(Some(text.to_owned()))
    }

    /// What a client with this key sends for this text.
    fn frame(key: [u8; 4], text: &str) -> Vec<u8> {
        let payload = text.bytes().zip(key.into_iter().cycle()).map(|(byte, key)| byte ^ key);
        [0x81, 0x80 | text.len() as u8].into_iter().chain(key).chain(payload).collect()
    }

    #[track_caller]
    fn expect(bytes: &[u8], expected: Result<Option<String>, FrameError>, mistake: &str) {
        let yours = read_text(bytes);
        let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let bytes = bytes.join(" ");
        assert!(
            yours == expected,
            "{mistake}\n  bytes:    {bytes}\n  yours:    {yours:?}\n  expected: {expected:?}"
        );
    }
}

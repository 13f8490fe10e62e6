//! # Repair this reader: nobody looks at the mask bit
//!
//! A client masks every frame, and the top bit of the second byte says so. This reader takes it for
//! granted: it reads four bytes of key wherever it expects them. Of a frame that is not masked it
//! makes garbage, where it should refuse it (RFC 6455 §5.1, fault F8). And it takes what has
//! arrived for a whole frame.
//!
//! Repair `read_text`, for payloads of up to 125 bytes.
//!
//! Fails: a_frame_that_is_not_masked_is_refused
//!   "a frame without a mask was made into garbage (F8)"
//! Fails: a_frame_that_is_not_whole_needs_more
//!   "has arrived: that is no frame yet, and no error"
//!
//! Chapter: book/src/03-unmasking.md#exercises

/// Why a frame cannot be read.
#[derive(Debug, PartialEq, Eq)]
enum FrameError {
    /// A client must mask every frame.
    NotMasked,
    /// Not for this exercise: the length takes more than seven bits.
    Long,
}

/// Reads the text of the frame that `bytes` begins with. `Ok(None)`: more bytes are needed.
fn read_text(bytes: &[u8]) -> Result<Option<String>, FrameError> {
    // TODO: what does the top bit of the second byte say? And is the frame there to its end?
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

    fn text(text: &str) -> Result<Option<String>, FrameError> {
        Ok(Some(text.to_owned()))
    }

    #[test]
    fn a_masked_frame_is_read() {
        assert_eq!(read_text(&MASKED), text("5555555"), "key and payload, XORed");
    }

    #[test]
    fn an_empty_text_is_a_text() {
        let frame = [0x81, 0x80, 1, 2, 3, 4];
        assert_eq!(read_text(&frame), text(""), "there is a key, and no payload");
    }

    #[test]
    fn what_follows_is_not_part_of_the_frame() {
        let two = [MASKED, MASKED].concat();
        assert_eq!(read_text(&two), text("5555555"), "the second frame is another text");
    }

    #[test]
    fn a_frame_that_is_not_masked_is_refused() {
        let frame = [&[0x81, 0x07], "5555555".as_bytes()].concat();
        let why = "a frame without a mask was made into garbage (F8)";
        assert_eq!(read_text(&frame), Err(FrameError::NotMasked), "{why}");
        let start = read_text(&frame[..2]);
        assert_eq!(start, Err(FrameError::NotMasked), "two bytes are enough to see it");
    }

    #[test]
    fn a_frame_that_is_not_whole_needs_more() {
        for count in 0..MASKED.len() {
            let read = read_text(&MASKED[..count]);
            let why = "has arrived: that is no frame yet, and no error";
            assert_eq!(read, Ok(None), "{count} of {} bytes {why}", MASKED.len());
        }
    }
}

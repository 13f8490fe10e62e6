//! A solution of `masked_frame`: repair this reader: nobody looks at the mask bit.

/// Why a frame cannot be read.
#[derive(Debug, PartialEq, Eq)]
enum FrameError {
    /// A client must mask every frame.
    NotMasked,
    /// Not for this exercise: the length takes more than seven bits.
    Long,
}

/// The bit of the second byte that says: four bytes of masking key follow the length.
const MASK_BIT: u8 = 0x80;

/// Reads the text of the frame that `bytes` begins with. `Ok(None)`: more bytes are needed.
fn read_text(bytes: &[u8]) -> Result<Option<String>, FrameError> {
    let Some((header, rest)) = bytes.split_first_chunk::<2>() else { return Ok(None) };
    if header[1] & MASK_BIT == 0 {
        return Err(FrameError::NotMasked);
    }
    let length = usize::from(header[1] & !MASK_BIT);
    if length > 125 {
        return Err(FrameError::Long);
    }
    let Some((key, rest)) = rest.split_first_chunk::<4>() else { return Ok(None) };
    let Some(payload) = rest.get(..length) else { return Ok(None) };
    let text = payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key);
    Ok(Some(String::from_utf8_lossy(&text.collect::<Vec<u8>>()).into_owned()))
}

fn main() {}

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

//! Refuses 125 bytes, which are the most that fit.
//!
//! Fails: seven_bits_hold_lengths_up_to_125
//!   "a payload of 125 bytes fits, and its frame begins with 81 fd"

/// Why a frame cannot be read.
#[derive(Debug, PartialEq, Eq)]
enum FrameError {
    /// A client must mask every frame.
    NotMasked,
    /// The length is in one of the longer forms, which this exercise leaves out.
    Long,
}

/// The bit of the second byte which says that a masking key of four bytes follows the length.
const MASK_BIT: u8 = 0x80;

/// Reads the text of the frame that `bytes` begins with. `Ok(None)`: more bytes are needed.
fn read_text(bytes: &[u8]) -> Result<Option<String>, FrameError> {
    let Some((header, rest)) = bytes.split_first_chunk::<2>() else { return Ok(None) };
    if header[1] & MASK_BIT == 0 {
        return Err(FrameError::NotMasked);
    }
    let length = usize::from(header[1] & !MASK_BIT);
    if length >= 125 {
        return Err(FrameError::Long);
    }
    let Some((key, rest)) = rest.split_first_chunk::<4>() else { return Ok(None) };
    let Some(payload) = rest.get(..length) else { return Ok(None) };
    let text = payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key);
    Ok(Some(String::from_utf8_lossy(&text.collect::<Vec<u8>>()).into_owned()))
}

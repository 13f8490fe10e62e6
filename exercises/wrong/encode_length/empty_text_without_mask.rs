//! Sends an empty text without a mask: there is nothing to mask.
//!
//! Fails: a_clients_frame_is_masked
//!   "an empty text has a mask bit and a key as well"

/// Encodes a text as one frame with FIN, and masks it if there is a key.
fn encode_text(text: &str, key: Option<[u8; 4]>) -> Vec<u8> {
    let length = text.len();
    let key = key.filter(|_| length > 0);
    let mask_bit = if key.is_some() { 0x80 } else { 0 };
    let mut frame = vec![0x81];
    // 126 in the second byte is not a length: it says that the length follows in two bytes.
    if length <= 125 {
        frame.push(mask_bit | length as u8);
    } else if length <= 0xffff {
        frame.push(mask_bit | 126);
        frame.extend_from_slice(&(length as u16).to_be_bytes());
    } else {
        frame.push(mask_bit | 127);
        frame.extend_from_slice(&(length as u64).to_be_bytes());
    }
    frame.extend(key.iter().flatten());
    // A key of zeros leaves the payload as it is.
    let key = key.unwrap_or_default();
    frame.extend(text.bytes().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

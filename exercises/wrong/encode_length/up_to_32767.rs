//! Takes two bytes for a number with a sign.
//!
//! Fails: two_bytes_hold_up_to_65535
//!   "eight bytes for a length that two would hold"

/// A text frame as a server sends it: final, not masked.
fn encode_text(text: &str) -> Vec<u8> {
    let length = text.len();
    let mut frame = vec![0x81];
    // 126 is what the second byte says, and not the length that it says it for.
    if length <= 125 {
        frame.push(length as u8);
    } else if length <= 0x7fff {
        frame.push(126);
        frame.extend_from_slice(&(length as u16).to_be_bytes());
    } else {
        frame.push(127);
        frame.extend_from_slice(&(length as u64).to_be_bytes());
    }
    frame.extend_from_slice(text.as_bytes());
    frame
}

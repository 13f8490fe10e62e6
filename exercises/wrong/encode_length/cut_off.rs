//! Writes every length over 125 in two bytes, and cuts off what does not fit.
//!
//! Fails: eight_bytes_hold_the_rest
//!   "65,536 needs eight"

/// A text frame as a server sends it: final, not masked.
fn encode_text(text: &str) -> Vec<u8> {
    let length = text.len();
    let mut frame = vec![0x81];
    // 126 is what the second byte says, and not the length that it says it for.
    if length <= 125 {
        frame.push(length as u8);
    } else if length > 125 {
        frame.push(126);
        frame.extend_from_slice(&(length as u16).to_be_bytes());
    } else {
        frame.push(127);
        frame.extend_from_slice(&(length as u64).to_be_bytes());
    }
    frame.extend_from_slice(text.as_bytes());
    frame
}

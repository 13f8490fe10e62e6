//! Reads any reason, and replaces what is no text.
//!
//! Fails: a_reason_is_utf_8
//!   "the reason, of a close with 1000, is not UTF-8: no text contains ff"

/// The status code for a broken rule of the protocol.
const PROTOCOL_ERROR: u16 = 1002;
/// The status code for a text that is not UTF-8.
const INVALID_PAYLOAD: u16 = 1007;

/// Reads the payload of a close frame. Returns `None` if it is empty, or the code to fail with.
fn read_close(payload: &[u8]) -> Result<Option<(u16, String)>, u16> {
    let Some((code, reason)) = payload.split_first_chunk() else {
        return if payload.is_empty() { Ok(None) } else { Err(PROTOCOL_ERROR) };
    };
    let code = u16::from_be_bytes(*code);
    if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
        return Err(PROTOCOL_ERROR);
    }
    let reason = String::from_utf8_lossy(reason);
    Ok(Some((code, reason.into_owned())))
}

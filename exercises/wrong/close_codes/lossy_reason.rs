//! Reads any reason, and replaces what is no text.
//!
//! Fails: a_reason_is_utf_8
//!   "the reason is no text"

/// The status code for a rule that was broken.
const PROTOCOL_ERROR: u16 = 1002;
/// The status code for a text that is none.
const INVALID_PAYLOAD: u16 = 1007;

/// Reads the payload of a close frame.
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

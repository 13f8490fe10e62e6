//! Takes some of the defined codes only, and refuses 1001, 1002, 1008 to 1010, 1012 and 1013.
//!
//! Fails: a_close_may_give_a_reason
//!   "behind the code comes the reason"
//! Fails: codes_that_are_defined_or_free_are_taken
//!   "code 1001 is defined, and may be sent"

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
    if !matches!(code, 1000 | 1003 | 1007 | 1011 | 1014 | 3000..=4999) {
        return Err(PROTOCOL_ERROR);
    }
    let reason = str::from_utf8(reason).map_err(|_| INVALID_PAYLOAD)?;
    Ok(Some((code, reason.to_owned())))
}

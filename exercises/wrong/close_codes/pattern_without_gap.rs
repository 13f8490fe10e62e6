//! Forgets the gap between 1003 and 1007.
//!
//! Fails: codes_that_mean_none_came_are_never_sent
//!   "this code stands for one that never came: 1005"
//! Fails: codes_that_nobody_defined_are_refused
//!   "nobody has defined this code: 1004"

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
    if !matches!(code, 1000..=1014 | 3000..=4999) {
        return Err(PROTOCOL_ERROR);
    }
    let reason = str::from_utf8(reason).map_err(|_| INVALID_PAYLOAD)?;
    Ok(Some((code, reason.to_owned())))
}

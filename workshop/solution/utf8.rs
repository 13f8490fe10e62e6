//[ 12
//! UTF-8 that arrives in pieces.

/// Returns how many of these bytes are complete characters, or `None` if they are not UTF-8. The
/// bytes behind them are the beginning of a character, which the next fragment may complete.
pub fn check(bytes: &[u8]) -> Option<usize> {
    match str::from_utf8(bytes) {
        Ok(text) => Some(text.len()),
        // It has a length if more bytes could not repair it.
        Err(error) if error.error_len().is_some() => None,
        Err(error) => Some(error.valid_up_to()),
    }
}
//]

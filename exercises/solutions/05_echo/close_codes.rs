//! A solution of `close_codes`: what a close may say.

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
    let reason = str::from_utf8(reason).map_err(|_| INVALID_PAYLOAD)?;
    Ok(Some((code, reason.to_owned())))
}

fn main() {}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(code: u16) -> Result<Option<(u16, String)>, u16> {
        read_close(&code.to_be_bytes())
    }

    #[test]
    fn a_close_may_say_nothing() {
        assert_eq!(read_close(&[]), Ok(None), "an empty close is a good one");
    }

    #[test]
    fn a_close_may_give_a_reason() {
        let close = read_close(b"\x03\xe8bye");
        assert_eq!(close, Ok(Some((1000, "bye".to_owned()))), "1000, and a reason");
    }

    #[test]
    fn codes_that_are_defined_or_free_are_taken() {
        for code in [1000, 1003, 1007, 1011, 1014, 3000, 3999, 4000, 4999] {
            assert_eq!(
                read(code),
                Ok(Some((code, String::new()))),
                "this code may be sent: {code}"
            );
        }
    }

    #[test]
    fn codes_that_mean_none_came_are_never_sent() {
        for code in [1005, 1006, 1015] {
            let why = "this code stands for one that never came";
            assert_eq!(read(code), Err(1002), "{why}: {code}");
        }
    }

    #[test]
    fn codes_that_nobody_defined_are_refused() {
        for code in [0, 999, 1004, 1016, 1100, 2000, 2999, 5000, 65535] {
            assert_eq!(read(code), Err(1002), "nobody has defined this code: {code}");
        }
    }

    #[test]
    fn one_byte_is_no_code() {
        assert_eq!(read_close(&[0x03]), Err(1002), "one byte is half a status code");
    }

    #[test]
    fn a_reason_is_utf_8() {
        assert_eq!(read_close(b"\x03\xe8\xff"), Err(1007), "the reason is no text: fail with 1007");
    }
}

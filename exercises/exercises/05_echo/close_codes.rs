//! # What a close may say
//!
//! A close frame is empty, or it carries two bytes of status code and perhaps a reason (RFC 6455
//! §5.5.1). Not every number is a status code: 1005, 1006 and 1015 are what a browser reports when
//! *no* code came, so no code may be one of them. Others are not defined, or belong to nobody yet
//! (§7.4). This function takes a range for a rule.
//!
//! Make `read_close` take 1000 to 1003, 1007 to 1014 and 3000 to 4999, and nothing else. It returns
//! the code to fail with: 1002 for a code or a length that is wrong, and 1007 for a reason that is
//! no UTF-8.
//!
//! Fails: codes_that_mean_none_came_are_never_sent
//!   "this code stands for one that never came"
//! Fails: codes_that_nobody_defined_are_refused
//!   "nobody has defined this code"
//! Fails: one_byte_is_no_code
//!   "one byte is half a status code"
//! Fails: a_reason_is_utf_8
//!   "the reason is no text"
//!
//! Chapter: book/src/05-echo.md#exercises

/// Reads the payload of a close frame.
fn read_close(payload: &[u8]) -> Result<Option<(u16, String)>, u16> {
    // TODO: which codes may be sent? And what if there is one byte, or a reason that is no text?
    let Some((code, reason)) = payload.split_first_chunk() else { return Ok(None) };
    match u16::from_be_bytes(*code) {
        code @ 1000..=4999 => Ok(Some((code, String::from_utf8_lossy(reason).into_owned()))),
        _ => Err(1002),
    }
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

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

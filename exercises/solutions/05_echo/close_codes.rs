//! A solution of `close_codes`: only the codes that may be sent.

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
    let reason = str::from_utf8(reason).map_err(|_| INVALID_PAYLOAD)?;
    Ok(Some((code, reason.to_owned())))
}

fn main() {}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    type Close = Result<Option<(u16, String)>, u16>;

    #[test]
    fn a_close_may_say_nothing() {
        expect(&[], Ok(None), "an empty close is allowed");
    }

    #[test]
    fn a_close_may_give_a_reason() {
        for code in [1000, 1001, 1007, 3000, 4999] {
            let payload = with_reason(code, b"bye");
            expect(&payload, close(code, "bye"), "behind the code comes the reason");
        }
        for reason in ["café", "日本 🦀", "\u{fffd} is a character"] {
            let mistake = format!("the reason is UTF-8, and not only ASCII: {reason:?}");
            expect(&with_reason(1000, reason.as_bytes()), close(1000, reason), &mistake);
        }
    }

    #[test]
    fn codes_that_are_defined_or_free_are_taken() {
        for code in (1000..=1003).chain(1007..=1014) {
            let mistake = format!("code {code} is defined, and may be sent");
            expect(&with_reason(code, b""), close(code, ""), &mistake);
        }
        for code in 3000..=4999 {
            let mistake = format!("code {code}: 3000 to 4999 are for libraries and applications");
            expect(&with_reason(code, b""), close(code, ""), &mistake);
        }
    }

    #[test]
    fn codes_that_mean_none_came_are_never_sent() {
        for code in [1005, 1006, 1015] {
            let mistake = format!("code {code} says that no code arrived, so nobody may send it");
            expect(&with_reason(code, b""), Err(1002), &mistake);
        }
    }

    #[test]
    fn codes_that_nobody_defined_are_refused() {
        for code in (0..=999).chain([1004]).chain(1016..=2999).chain(5000..=u16::MAX) {
            let mistake = format!("nobody has defined code {code}");
            expect(&with_reason(code, b""), Err(1002), &mistake);
        }
    }

    #[test]
    fn one_byte_is_no_code() {
        for byte in 0..=u8::MAX {
            expect(&[byte], Err(1002), "one byte is half a status code: the length is wrong");
        }
    }

    #[test]
    fn a_reason_is_utf_8() {
        for code in [1000, 3000, 4000] {
            let not_utf_8 = format!("the reason, of a close with {code}, is not UTF-8");
            let mistake = format!("{not_utf_8}: no text contains ff");
            expect(&with_reason(code, b"\xff"), Err(1007), &mistake);
            let mistake = format!("{not_utf_8}: half a character");
            expect(&with_reason(code, b"caf\xc3"), Err(1007), &mistake);
            let mistake = format!("{not_utf_8}: ed a0 80 is a surrogate");
            expect(&with_reason(code, b"\xed\xa0\x80"), Err(1007), &mistake);
        }
    }

    fn with_reason(code: u16, reason: &[u8]) -> Vec<u8> {
        [&code.to_be_bytes(), reason].concat()
    }

    fn close(code: u16, reason: &str) -> Close {
        Ok(Some((code, reason.to_owned())))
    }

    #[track_caller]
    fn expect(payload: &[u8], expected: Close, mistake: &str) {
        let yours = catch_unwind(|| read_close(payload));
        let is_right = yours.as_ref().is_ok_and(|yours| *yours == expected);
        let yours = yours.map_or_else(|_| "panicked".to_owned(), |yours| format!("{yours:?}"));
        let bytes: Vec<String> = payload.iter().map(|byte| format!("{byte:02x}")).collect();
        let bytes = bytes.join(" ");
        assert!(
            is_right,
            "{mistake}\n  payload:  {bytes}\n  yours:    {yours}\n  expected: {expected:?}"
        );
    }
}

//! UTF-8 that arrives in parts.

use std::str::from_utf8;

/// Validates UTF-8 part by part.
#[derive(Default)]
pub(crate) struct Utf8 {
    /// The start of a character whose end has not arrived.
    started: Vec<u8>,
    is_invalid: bool,
}

impl Utf8 {
    /// Takes the next part. Returns whether it can continue valid text.
    pub(crate) fn push(&mut self, mut part: &[u8]) -> bool {
        if self.is_invalid {
            // An empty part is not at fault.
            return part.is_empty();
        }
        while !self.started.is_empty() {
            let Some((byte, rest)) = part.split_first() else { return true };
            self.started.push(*byte);
            part = rest;
            match from_utf8(&self.started) {
                Ok(_) => self.started.clear(),
                Err(error) if error.error_len().is_some() => {
                    self.is_invalid = true;
                    return false;
                }
                Err(_) => {}
            }
        }
        if let Err(error) = from_utf8(part) {
            self.is_invalid = error.error_len().is_some();
            self.started = part[error.valid_up_to()..].to_vec();
        }
        !self.is_invalid
    }

    /// Whether the text may end here.
    pub(crate) fn is_complete(&self) -> bool {
        !self.is_invalid && self.started.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_judged_alike_at_every_split() {
        for (text, is_valid) in [
            (b"a\xc2\xa2\xe2\x82\xac\xf0\xa4\xad\xa2".as_slice(), true),
            (b"\xce\xba\xed\xa0\x80", false),
            (b"\xf4\x90\x80\x80", false),
            (b"\xc3", false),
        ] {
            for at in 0..=text.len() {
                let mut utf8 = Utf8::default();
                let is_right = utf8.push(&text[..at]) & utf8.push(&text[at..]);
                assert_eq!(is_right && utf8.is_complete(), is_valid, "{text:x?} at {at}");
            }
        }
    }

    #[test]
    fn a_fault_is_found_in_the_byte_that_makes_it() {
        let mut utf8 = Utf8::default();
        assert!(utf8.push(b"\xce\xba\xf4"));
        assert!(!utf8.push(b"\x90"));
        assert!(!utf8.push(b"a"));
    }
}

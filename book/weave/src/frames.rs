//! The frames that the book draws: `book/frames.toml`, drawn by step 4.

use std::collections::BTreeMap;

use framing::{FrameHeader, Masking, draw_as_svg};
use serde::Deserialize;

use crate::{Outcome, place};

/// A frame that the book draws.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    /// Its bytes on the wire, in hexadecimal digits, with spaces as one likes.
    pub hex: String,
    /// What is to be seen, for who cannot see it.
    pub alt: String,
}

/// All frames, by name.
///
/// # Errors
/// What is wrong with the list.
pub fn frames() -> Outcome<BTreeMap<String, Frame>> {
    place::list("frames.toml")
}

impl Frame {
    /// Its picture, bit by bit.
    ///
    /// # Errors
    /// Why step 4 would not take these bytes for one whole frame.
    pub fn draw(&self) -> Outcome<String> {
        let bytes = bytes(&self.hex)?;
        let is_masked = bytes.get(1).is_some_and(|second| second & 0x80 != 0);
        let masking = if is_masked { Masking::Required } else { Masking::Forbidden };
        let (header, end) =
            FrameHeader::decode(&bytes, masking)?.ok_or("the header is not there whole")?;
        let mut payload = bytes[end..].to_vec();
        if payload.len() as u64 != header.length {
            let there = payload.len();
            return Err(format!("{} bytes are announced, {there} are there", header.length).into());
        }
        if let Some(key) = header.masking_key {
            for (byte, key) in payload.iter_mut().zip(key.iter().cycle()) {
                *byte ^= key;
            }
        }
        Ok(titled(&draw_as_svg(&header, &payload), &self.alt))
    }
}

/// A drawing with another title.
fn titled(svg: &str, title: &str) -> String {
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    let line = |line: &str| {
        if line.starts_with("<title>") {
            format!("<title>{title}</title>\n")
        } else {
            format!("{line}\n")
        }
    };
    svg.lines().map(line).collect()
}

/// Bytes from their hexadecimal digits.
fn bytes(hex: &str) -> Outcome<Vec<u8>> {
    let digits: Vec<char> = hex.chars().filter(|digit| !digit.is_whitespace()).collect();
    let byte = |pair: &[char]| {
        let pair: String = pair.iter().collect();
        let byte = u8::from_str_radix(&pair, 16).ok().filter(|_| pair.len() == 2);
        byte.ok_or_else(|| format!("{pair} is no byte in two hexadecimal digits").into())
    };
    digits.chunks(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(hex: &str) -> Result<String, String> {
        let frame = Frame { hex: hex.to_owned(), alt: "five & six".to_owned() };
        frame.draw().map_err(|error| error.to_string())
    }

    #[test]
    fn a_frame_is_drawn_as_it_was_meant() {
        let svg = drawn("81 85 37fa213d 7f9f4d5158").unwrap();
        assert!(svg.contains("<title>five &amp; six</title>"), "{svg}");
        assert!(svg.contains("7f: “H”"), "{svg}");
    }

    #[test]
    fn bytes_that_are_no_frame_are_told_from_one() {
        assert_eq!(drawn("81 05 68").unwrap_err(), "5 bytes are announced, 1 are there");
        assert_eq!(drawn("8").unwrap_err(), "8 is no byte in two hexadecimal digits");
        assert_eq!(drawn("c1 00").unwrap_err(), "RSV1 is set without an extension (§5.2)");
        assert_eq!(drawn("81").unwrap_err(), "the header is not there whole");
    }
}

//! The frames that the book shows: `book/frames.toml`, drawn by step 4.

use anyhow::{Context as _, Result};
use framing::{FrameBuffer, Masking};
use serde::Deserialize;

use crate::svg::draw_as_svg;

/// A frame that the book shows.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    /// Its bytes on the wire, in hexadecimal digits, with or without spaces.
    pub hex: String,
    /// A description for readers who cannot see the picture.
    pub alt: String,
}

impl Frame {
    /// Draws the frame bit by bit, as SVG.
    ///
    /// # Errors
    /// If step 4 does not accept these bytes as a frame.
    pub fn draw(&self) -> Result<String> {
        let bytes = hex::decode(self.hex.split_whitespace().collect::<String>())?;
        let is_masked = bytes.get(1).is_some_and(|second| second & 0x80 != 0);
        let masking = if is_masked { Masking::Required } else { Masking::Forbidden };
        let frame = FrameBuffer::new(masking, bytes).next_frame();
        let frame = frame.map_err(|(_, reason)| anyhow::Error::msg(reason))?;
        let frame = frame.context("the frame is not complete")?;
        let svg = draw_as_svg(&frame.header, &frame.payload);
        let (head, rest) = svg.split_once("<title>").context("the picture has no title")?;
        let (_, body) = rest.split_once("</title>").context("the picture has no title")?;
        let alt = self.alt.replace('&', "&amp;").replace('<', "&lt;");
        Ok(format!("{head}<title>{alt}</title>{body}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(hex: &str) -> Result<String, String> {
        let frame = Frame { hex: hex.to_owned(), alt: "five & six".to_owned() };
        frame.draw().map_err(|error| error.to_string())
    }

    #[test]
    fn a_frame_is_drawn_unmasked() {
        let svg = draw("81 85 37fa213d 7f9f4d5158").unwrap();
        assert!(svg.contains("<title>five &amp; six</title>"), "{svg}");
        assert!(svg.contains("7f: “H”"), "{svg}");
    }

    #[test]
    fn bytes_that_are_not_a_frame_are_refused() {
        assert_eq!(draw("81 05 68").unwrap_err(), "the frame is not complete");
        assert_eq!(draw("8").unwrap_err(), "Odd number of digits");
        assert_eq!(draw("c1 00").unwrap_err(), "RSV1 is set without an extension (§5.2)");
    }
}

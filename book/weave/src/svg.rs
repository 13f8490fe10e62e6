//! Step 4's picture of a frame as SVG: it takes its colours from the page around it.

use std::fmt::Write;

use framing::{FrameHeader, Picture, ROW_BITS};

/// The width of a bit and the height of a row, in the drawing's own units.
const BIT: usize = 22;
const ROW: usize = 48;

/// Draws the frame with this header, and this payload as the sender meant it, as one `<svg>`
/// element for an HTML page or a file of its own.
pub fn draw_as_svg(header: &FrameHeader, payload: &[u8]) -> String {
    let picture = Picture::new(header, payload);
    let width = ROW_BITS * BIT + 2;
    let height = picture.rows().count() * ROW + 2;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         font-family=\"monospace\" text-anchor=\"middle\" fill=\"currentColor\">\n\
         <title>A frame, bit by bit: {}</title>\n",
        escaped(&picture.summary)
    );
    for cell in &picture.cells {
        let x = 1 + cell.start % ROW_BITS * BIT;
        let y = 1 + cell.start / ROW_BITS * ROW;
        let width = cell.bits.len() * BIT;
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{ROW}\" \
             fill=\"none\" stroke=\"currentColor\" stroke-opacity=\".5\"/>"
        );
        let (bits_y, label_y) = (y + 20, y + 39);
        for (index, bit) in cell.bits.chars().enumerate() {
            let x = x + index * BIT + BIT / 2;
            let _ = writeln!(svg, r#"<text x="{x}" y="{bits_y}" font-size="15">{bit}</text>"#);
        }
        let middle = x + width / 2;
        // A character of this size is about seven units wide.
        let label = escaped(cell.label(width / 7));
        let _ = writeln!(
            svg,
            r#"<text x="{middle}" y="{label_y}" font-size="12" fill-opacity=".75">{label}</text>"#
        );
    }
    svg.push_str("</svg>\n");
    svg
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

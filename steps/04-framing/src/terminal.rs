//! A frame drawn with the characters that the RFC's own diagram is drawn with.

use std::fmt::Write;

use crate::header::FrameHeader;
use crate::picture::{Cell, Picture, ROW_BITS};

/// Draws the frame with this header, and this payload as the sender meant it.
///
/// Each bit is two characters wide, so that a row is 65 wide and fits any terminal.
pub fn draw_for_terminal(header: &FrameHeader, payload: &[u8]) -> String {
    let picture = Picture::new(header, payload);
    let mut drawing = format!("{}\n\n", picture.summary);
    // The ruler: the number of the byte, and below it those of its bits.
    let bytes: String = (0..ROW_BITS / 8).map(|byte| format!(" {byte:<15}")).collect();
    let bits: String = (0..ROW_BITS).map(|bit| format!(" {}", bit % 8)).collect();
    let _ = writeln!(drawing, "{}\n{bits}", bytes.trim_end());
    let spaced = |cell: &Cell| cell.bits.chars().map(String::from).collect::<Vec<_>>().join(" ");
    let centred = |cell: &Cell| format!("{:^1$}", cell.label(width(cell)), width(cell));
    let mut above = String::new();
    for row in picture.rows() {
        let below = line(row, "+", |cell| "-".repeat(width(cell)));
        let _ = writeln!(drawing, "{}", merge(&above, &below));
        let _ = writeln!(drawing, "{}", line(row, "|", spaced));
        let _ = writeln!(drawing, "{}", line(row, "|", centred));
        above = below;
    }
    let _ = writeln!(drawing, "{above}");
    if picture.bytes_more > 0 {
        let _ = writeln!(drawing, "… and {} bytes of payload more", picture.bytes_more);
    }
    drawing
}

/// The characters of a cell between its edges.
fn width(cell: &Cell) -> usize {
    cell.bits.len() * 2 - 1
}

fn line(row: &[Cell], edge: &str, text: impl Fn(&Cell) -> String) -> String {
    row.iter().map(|cell| format!("{edge}{}", text(cell))).collect::<String>() + edge
}

/// The border between two rows has a corner wherever either row has one.
fn merge(above: &str, below: &str) -> String {
    let longest = above.len().max(below.len());
    let (above, below) = (format!("{above:-<longest$}"), format!("{below:-<longest$}"));
    let both = above.chars().zip(below.chars());
    both.map(|(above, below)| if above == '+' { above } else { below }).collect()
}

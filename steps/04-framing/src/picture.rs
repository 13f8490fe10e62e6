//! A frame taken apart for drawing: the RFC's bit diagram, filled with the actual bits.

use std::mem::{replace, take};

use crate::FrameHeader;

/// Bits in one row of the diagram, as in RFC 6455 §5.2.
pub(crate) const ROW_BITS: usize = 32;
/// The most payload bytes that a picture shows.
const SHOWN_MAX: usize = 16;

/// One part of a frame, or the part of it that stands in one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    /// The bits as they are on the wire, most significant first: a `0` or `1` each.
    pub(crate) bits: String,
    /// What the bits are and say, from the most telling label to the shortest.
    pub(crate) labels: Vec<String>,
}

impl Cell {
    /// The most telling label of at most `width` characters; none may fit.
    pub(crate) fn label(&self, width: usize) -> &str {
        self.labels.iter().find(|label| label.chars().count() <= width).map_or("", String::as_str)
    }
}

/// A frame in rows of 32 bits, ready to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    /// The cells of each row, in the order of the wire.
    pub(crate) rows: Vec<Vec<Cell>>,
    /// Payload bytes that are not shown.
    pub(crate) bytes_more: u64,
    /// The frame in one sentence.
    pub(crate) summary: String,
}

impl Picture {
    /// Takes a frame apart: its header, and its payload as the sender meant it.
    pub(crate) fn new(header: &FrameHeader, payload: &[u8]) -> Self {
        let shown = &payload[..payload.len().min(SHOWN_MAX)];
        let mut cells = header_cells(header);
        cells.extend(shown.iter().enumerate().map(|(index, &byte)| match header.masking_key {
            Some(key) => payload_cell(byte ^ key[index % 4], byte, true),
            None => payload_cell(byte, byte, false),
        }));
        let fin = if header.fin { "final" } else { "more fragments follow" };
        let masked = if header.masking_key.is_some() { "masked" } else { "not masked" };
        let summary = format!("{}, {fin}, {masked}, {} bytes", header.opcode.name(), header.length);
        Self { rows: rows(cells), bytes_more: header.length - shown.len() as u64, summary }
    }
}

/// The header's parts, cut out of its encoded bits.
fn header_cells(header: &FrameHeader) -> Vec<Cell> {
    let mut bytes = Vec::new();
    header.encode(&mut bytes);
    let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    let key_bits = if header.masking_key.is_some() { 32 } else { 0 };
    let extended_end = bits.len() - key_bits;
    let length = format!("{} bytes", header.length);
    let seven_bits = match extended_end - 16 {
        0 => length.clone(),
        16 => "in 2 bytes".to_owned(),
        _ => "in 8 bytes".to_owned(),
    };
    let key = header.masking_key.unwrap_or_default().map(|byte| format!("{byte:02x}")).join(" ");
    let parts = [
        (0, 1, vec!["F".to_owned()]),
        (1, 4, vec!["RSV".to_owned()]),
        (4, 8, vec![header.opcode.name().to_owned(), "cont.".to_owned()]),
        (8, 9, vec!["M".to_owned()]),
        (9, 16, vec![seven_bits, "length".to_owned()]),
        (16, extended_end, vec![format!("extended length: {length}"), length]),
        (extended_end, bits.len(), vec![format!("masking key {key}"), key]),
    ];
    let there = parts.into_iter().filter(|(from, to, _)| from < to);
    there.map(|(from, to, labels)| Cell { bits: bits[from..to].to_owned(), labels }).collect()
}

/// A byte of the payload: as it is on the wire, and what it means.
fn payload_cell(on_the_wire: u8, meant: u8, masked: bool) -> Cell {
    let meaning = if meant.is_ascii_graphic() {
        format!("“{}”", char::from(meant))
    } else {
        format!("{meant:02x}")
    };
    let wire = if masked { format!("{on_the_wire:02x}: ") } else { String::new() };
    Cell { bits: format!("{on_the_wire:08b}"), labels: vec![format!("{wire}{meaning}")] }
}

/// Lays cells out in rows; one that crosses the end of a row goes on in the next.
fn rows(cells: Vec<Cell>) -> Vec<Vec<Cell>> {
    let (mut rows, mut row, mut free) = (vec![], vec![], ROW_BITS);
    for mut cell in cells {
        while cell.bits.len() >= free {
            let bits = cell.bits.split_off(free);
            row.push(replace(&mut cell, Cell { bits, labels: vec!["…".to_owned()] }));
            rows.push(take(&mut row));
            free = ROW_BITS;
        }
        if !cell.bits.is_empty() {
            free -= cell.bits.len();
            row.push(cell);
        }
    }
    if !row.is_empty() {
        rows.push(row);
    }
    rows
}

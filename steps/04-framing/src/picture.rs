//! A frame taken apart for drawing: the RFC's bit diagram, filled with the actual bits.

use unmasking::mask;

use crate::header::FrameHeader;

/// Bits in one row of the diagram, as in RFC 6455 §5.2.
pub const ROW_BITS: usize = 32;
/// The most payload bytes that a picture shows.
const SHOWN_MAX: usize = 16;

/// One part of a frame, or as much of it as is in one row.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The place of its first bit in the frame.
    pub start: usize,
    /// The bits as they are on the wire, most significant first: a `0` or `1` each.
    pub bits: String,
    /// Labels for the bits, from the longest to the shortest.
    labels: Vec<String>,
}

impl Cell {
    /// The longest label of at most `width` characters, or an empty one.
    #[must_use]
    pub fn label(&self, width: usize) -> &str {
        self.labels.iter().find(|label| label.chars().count() <= width).map_or("", String::as_str)
    }
}

/// A frame in rows of 32 bits, ready to be drawn.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The cells in the order of the wire.
    pub cells: Vec<Cell>,
    /// Payload bytes that are not shown.
    pub bytes_more: u64,
    /// The frame in one sentence.
    pub summary: String,
}

impl Picture {
    /// Takes a frame apart: its header, and its payload as the sender meant it.
    #[must_use]
    pub fn new(header: &FrameHeader, payload: &[u8]) -> Self {
        let shown = &payload[..payload.len().min(SHOWN_MAX)];
        let fin = if header.fin { "final" } else { "more fragments follow" };
        let is_masked = header.masking_key.is_some();
        let masked = if is_masked { "masked" } else { "not masked" };
        let mut picture = Self {
            cells: Vec::new(),
            bytes_more: header.length - shown.len() as u64,
            summary: format!("{}, {fin}, {masked}, {} bytes", header.opcode.name(), header.length),
        };
        picture.push_header(header);
        let mut wire = shown.to_vec();
        // A key of zeros changes nothing.
        mask(&mut wire, header.masking_key.unwrap_or_default(), 0);
        for (&meant, wire) in shown.iter().zip(wire) {
            let meaning = match meant {
                b'!'..=b'~' => format!("“{}”", char::from(meant)),
                _ => format!("{meant:02x}"),
            };
            let label = if is_masked { format!("{wire:02x}: {meaning}") } else { meaning };
            picture.push(&format!("{wire:08b}"), &[&label]);
        }
        picture
    }

    /// The header's parts, cut out of its encoded bits.
    fn push_header(&mut self, header: &FrameHeader) {
        let mut bytes = Vec::new();
        header.encode(&mut bytes);
        let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
        let key_start = bits.len() - if header.masking_key.is_some() { 32 } else { 0 };
        let length = format!("{} bytes", header.length);
        let in_bytes = format!("in {} bytes", (key_start - 16) / 8);
        let seven_bits = if key_start == 16 { &length } else { &in_bytes };
        let key = header.masking_key.unwrap_or_default();
        let key = key.map(|byte| format!("{byte:02x}")).join(" ");
        self.push(&bits[..1], &["F"]);
        self.push(&bits[1..4], &["RSV"]);
        self.push(&bits[4..8], &[header.opcode.name(), "cont."]);
        self.push(&bits[8..9], &["M"]);
        self.push(&bits[9..16], &[seven_bits, "length"]);
        self.push(&bits[16..key_start], &[&format!("extended length: {length}"), &length]);
        self.push(&bits[key_start..], &[&format!("masking key {key}"), &key]);
    }

    /// Adds a part at the end, if it has any bits. A part that crosses the end of a row goes on in
    /// the next.
    fn push(&mut self, mut bits: &str, mut labels: &[&str]) {
        while !bits.is_empty() {
            let start = self.cells.last().map_or(0, |cell| cell.start + cell.bits.len());
            let (here, below) = bits.split_at(bits.len().min(ROW_BITS - start % ROW_BITS));
            let owned = labels.iter().copied().map(String::from).collect();
            self.cells.push(Cell { start, bits: here.to_owned(), labels: owned });
            (bits, labels) = (below, &["…"]);
        }
    }

    /// The cells of each row.
    pub fn rows(&self) -> impl Iterator<Item = &[Cell]> {
        self.cells.chunk_by(|one, next| one.start / ROW_BITS == next.start / ROW_BITS)
    }
}

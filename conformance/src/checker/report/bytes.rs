//! The bytes of a connection, for people: HTTP as text, and frames in hexadecimal with an
//! explanation. A caret is under the first wrong byte.

use testkit::{Frame, Role, annotation};

use crate::checker::wire::record::{Direction, Mark, Piece, Record};
use crate::terminal::{DIM, RED};

/// Puts a text in one of the ways of a terminal, or leaves it plain.
pub(crate) type Paint<'a> = &'a dyn Fn(&str, &str) -> String;

/// How many bytes are shown in a row of hexadecimal.
const ROW: usize = 16;
/// How wide a row of text is, behind its arrow.
const WIDTH: usize = 74;
/// How many rows are shown of one piece.
const ROWS_MAX: usize = 10;
/// How many rows the piece with the mark keeps when there is little room.
const ROWS_MIN: usize = 2;
/// Segments of HTTP that are shorter than this many bytes are shown together.
const TINY: u64 = 4;
/// How many frames of one piece are explained.
const EXPLAINED: usize = 3;

/// The rows of one piece.
struct Block {
    arrow: &'static str,
    rows: Vec<String>,
    /// How many of the rows may be shown.
    cap: usize,
    /// Which row has the wrong byte, and the row of the caret under it.
    marked: Option<(usize, String)>,
    /// What the frames say.
    meaning: Vec<String>,
    /// How many bytes behind the rows were not kept.
    missing: u64,
}

/// Shows what went over a connection in about this many rows.
pub(crate) fn shown(record: &Record, mark: Option<Mark>, room: usize, paint: Paint) -> String {
    let pieces = if record.is_framed { record.pieces.clone() } else { joined(&record.pieces) };
    let mut blocks: Vec<Block> =
        pieces.iter().map(|piece| block(piece, mark, record.is_framed, paint)).collect();
    if record.is_framed {
        for direction in [Direction::Sent, Direction::Received] {
            let is_client = (direction == Direction::Sent) != record.is_server;
            let sender = if is_client { Role::Client } else { Role::Server };
            explain(&pieces, &mut blocks, direction, sender);
        }
    }
    let mut dropped = 0;
    while blocks.iter().map(Block::height).sum::<usize>() + usize::from(dropped > 0) > room {
        let is_marked = |index: &usize| blocks[*index].marked.is_some();
        let least = |index: &usize| if is_marked(index) { ROWS_MIN } else { 1 };
        let longest = (0..blocks.len()).filter(|index| blocks[*index].cap > least(index));
        if let Some(index) = longest.max_by_key(|index| (!is_marked(index), blocks[*index].cap)) {
            blocks[index].cap -= 1;
        } else if blocks.len() > 2
            && let Some(index) = (0..blocks.len()).find(|index| !is_marked(index))
        {
            blocks.remove(index);
            dropped += 1;
        } else if let Some(block) = blocks.iter_mut().find(|block| block.meaning.len() > 1) {
            block.meaning.truncate(1);
        } else {
            break;
        }
    }
    let mut lines = Vec::new();
    if dropped > 0 {
        let plural = if dropped == 1 { "" } else { "s" };
        lines.push(format!("    … {dropped} more segment{plural} before"));
    }
    lines.extend(blocks.iter().flat_map(|block| block.lines(paint)));
    lines.into_iter().map(|line| line + "\n").collect()
}

/// Joins tiny segments that follow one another.
fn joined(pieces: &[Piece]) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        let is_tiny = |piece: &Piece| piece.length < TINY;
        let before = index.checked_sub(1).map(|index| &pieces[index]);
        let follows = before.is_some_and(|before| before.direction == piece.direction);
        match joined.last_mut() {
            Some(last) if follows && is_tiny(piece) && before.is_some_and(is_tiny) => {
                last.bytes.extend(&piece.bytes);
                last.length += piece.length;
            }
            _ => joined.push(piece.clone()),
        }
    }
    joined
}

impl Block {
    /// How many rows the block takes.
    fn height(&self) -> usize {
        let cut = usize::from(self.rows.len() > self.cap || self.missing > 0);
        self.cap + usize::from(self.marked.is_some()) + cut + self.meaning.len()
    }

    /// Returns the rows that may be shown, those around the mark or else the first ones, and what
    /// the frames say.
    fn lines(&self, paint: Paint) -> Vec<String> {
        let cap = self.cap;
        let marked = self.marked.as_ref().map_or(0, |(row, _)| *row);
        let last = self.rows.len().saturating_sub(cap);
        let skip = (marked + 1).saturating_sub(cap.saturating_sub(1).max(1)).min(last);
        let mut lines = Vec::new();
        let mut arrow = self.arrow;
        for (number, row) in self.rows.iter().enumerate().skip(skip).take(cap) {
            let before = if number == skip && skip > 0 { " …" } else { "" };
            lines.push(format!("  {arrow} {row}{}", paint(DIM, before)));
            arrow = " ";
            if let Some((_, caret)) = self.marked.as_ref().filter(|(row, _)| *row == number) {
                lines.push(format!("    {}", paint(RED, caret)));
            }
        }
        let rest = self.rows.len().saturating_sub(skip + cap);
        if rest > 0 || self.missing > 0 {
            let missing = match self.missing {
                0 => String::new(),
                count => format!(" and {count} bytes"),
            };
            let plural = if rest == 1 { "" } else { "s" };
            lines.push(paint(DIM, &format!("    … {rest} more row{plural}{missing}")));
        }
        lines.extend(self.meaning.iter().map(|line| format!("    {line}")));
        lines
    }
}

fn block(piece: &Piece, mark: Option<Mark>, is_framed: bool, paint: Paint) -> Block {
    let arrow = match piece.direction {
        Direction::Sent => "→",
        Direction::Received => "←",
    };
    let marked = mark
        .filter(|mark| mark.direction == piece.direction)
        .and_then(|mark| mark.offset.checked_sub(piece.offset))
        .and_then(|index| usize::try_from(index).ok())
        .filter(|index| *index < piece.bytes.len());
    let (rows, marked) = if is_framed {
        hexadecimal(&piece.bytes, marked, paint)
    } else {
        text(&piece.bytes, marked, paint)
    };
    let missing = piece.length - piece.bytes.len() as u64;
    let cap = rows.len().clamp(1, ROWS_MAX);
    Block { arrow, rows, cap, marked, meaning: Vec::new(), missing }
}

type Rows = (Vec<String>, Option<(usize, String)>);

fn hexadecimal(bytes: &[u8], marked: Option<usize>, paint: Paint) -> Rows {
    let row = |row: &[u8]| {
        let hex: Vec<String> = row.iter().map(|byte| format!("{byte:02x}")).collect();
        let seen = |byte: &u8| if (b' '..=b'~').contains(byte) { char::from(*byte) } else { '·' };
        let ascii: String = row.iter().map(seen).collect();
        format!("{:<47}  {}", hex.join(" "), paint(DIM, &ascii))
    };
    let caret = |index: usize| (index / ROW, format!("{}^^", " ".repeat(3 * (index % ROW))));
    (bytes.chunks(ROW).map(row).collect(), marked.map(caret))
}

/// A row for each line. The ends of lines are shown, and every byte that is not a letter.
fn text(bytes: &[u8], marked: Option<usize>, paint: Paint) -> Rows {
    let (mut rows, mut caret, mut start) = (Vec::new(), None, 0);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let mark = marked.and_then(|index| index.checked_sub(start)).filter(|at| *at < line.len());
        let cells: Vec<String> = line.iter().map(|byte| cell(*byte)).collect();
        let width = |cells: &[String]| cells.iter().map(String::len).sum::<usize>();
        // A long line is cut before the mark, and behind it.
        let mut first = 0;
        if let Some(mark) = mark {
            while width(&cells[first..=mark]) > WIDTH - 12 {
                first += 1;
            }
        }
        let mut last = cells.len();
        while width(&cells[first..last]) > WIDTH {
            last -= 1;
        }
        if let Some(mark) = mark {
            let before = width(&cells[first..mark]) + usize::from(first > 0);
            caret = Some((rows.len(), " ".repeat(before) + &"^".repeat(cells[mark].len())));
        }
        let [before, behind] =
            [first > 0, last < cells.len()].map(|is_cut| if is_cut { "…" } else { "" });
        let (words, end) = cells[first..last].split_at(
            cells[first..last]
                .iter()
                .take_while(|cell| !["\\r", "\\n"].contains(&&***cell))
                .count(),
        );
        rows.push(format!("{before}{}{}{behind}", words.concat(), paint(DIM, &end.concat())));
        start += line.len();
    }
    (rows, caret)
}

fn cell(byte: u8) -> String {
    match byte {
        b'\r' => "\\r".to_owned(),
        b'\n' => "\\n".to_owned(),
        b'\t' => "\\t".to_owned(),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    }
}

/// Says under each piece of one direction which frames are complete with it.
fn explain(pieces: &[Piece], blocks: &mut [Block], direction: Direction, sender: Role) {
    let mut unread: Vec<u8> = Vec::new();
    let mut last = None;
    for (piece, block) in pieces.iter().zip(blocks) {
        if piece.direction != direction {
            continue;
        }
        unread.extend(&piece.bytes);
        let mut frames = Vec::new();
        while let Some(size) = Frame::size(&unread).filter(|size| *size <= unread.len()) {
            frames.push(line(&unread[..size], sender));
            unread.drain(..size);
        }
        let missing = piece.length - piece.bytes.len() as u64;
        if missing > 0 && !unread.is_empty() {
            frames.push(line(&unread, sender));
        }
        let more = frames.len().saturating_sub(EXPLAINED);
        frames.truncate(EXPLAINED);
        if more > 0 {
            frames.push(format!("… and {more} more frames"));
        }
        block.meaning = frames;
        if missing > 0 {
            // Where the next frame begins is not known, unless this one ends with the piece.
            let left = Frame::size(&unread).map(|size| (size - unread.len()) as u64);
            if left != Some(missing) {
                return;
            }
            unread.clear();
        }
        last = Some(block);
    }
    if let Some(block) = last.filter(|_| !unread.is_empty()) {
        block.meaning.push(line(&unread, sender));
    }
}

/// What a frame says, cut to the width of a terminal.
fn line(frame: &[u8], sender: Role) -> String {
    let words = annotation(frame, sender);
    match words.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checker::wire::record::{received, sent};

    fn plain(record: &Record, mark: Option<Mark>, room: usize) -> String {
        let text = shown(record, mark, room, &|_, text| text.to_owned());
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        text
    }

    fn framed() -> Record {
        let mut record = Record::default();
        record.opened(b"");
        record
    }

    #[test]
    fn http_is_text_with_its_ends_of_lines() {
        let mut record = Record::default();
        record.add(Direction::Sent, b"GET / HTTP/1.1\r\nHost: a\r\nX:\t\xff\n\r\n");
        record.add(Direction::Received, b"HTTP/1.1 200 OK\r\n");
        let due = "  → GET / HTTP/1.1\\r\\n\n    Host: a\\r\\n\n    X:\\t\\xff\\n\n    \\r\\n\n  \
                   ← HTTP/1.1 200 OK\\r\\n\n             ^\n";
        assert_eq!(plain(&record, Some(received(9)), 99), due);
    }

    #[test]
    fn the_caret_is_under_the_whole_cell() {
        let mut record = Record::default();
        record.add(Direction::Sent, b"a\0b");
        assert_eq!(plain(&record, Some(sent(1)), 99), "  → a\\x00b\n     ^^^^\n");
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let mut record = Record::default();
        record.add(Direction::Sent, &[vec![b'a'; 300], vec![b'!'], vec![b'b'; 300]].concat());
        let text = plain(&record, Some(sent(300)), 99);
        let [line, caret] = text.lines().collect::<Vec<_>>()[..] else { panic!("{text}") };
        assert_eq!(line.chars().position(|letter| letter == '!'), caret.find('^'), "{text}");
        assert!(line.starts_with("  → …aa") && line.ends_with("bb…"), "{text}");
    }

    #[test]
    fn tiny_segments_are_shown_together() {
        let mut record = Record::default();
        for byte in b"GET /" {
            record.add(Direction::Sent, &[*byte]);
        }
        record.add(Direction::Sent, b" HTTP/1.1");
        record.add(Direction::Received, b"no");
        assert_eq!(plain(&record, Some(sent(1)), 99), "  → GET /\n     ^\n  →  HTTP/1.1\n  ← no\n");
    }

    #[test]
    fn frames_are_explained_where_they_are_complete() {
        let mut record = framed();
        let frame = Frame::text("Hello").bytes();
        record.add(Direction::Sent, &frame[..1]);
        record.add(Direction::Sent, &frame[1..]);
        record.add(Direction::Received, &[0x81, 0, 0x8a, 1, b'p', 0x88, 2, 3]);
        let text = plain(&record, None, 99);
        let meaning: Vec<&str> = text.lines().filter(|line| line.contains(", final")).collect();
        let due = [
            "    text, final, masked · \"Hello\"",
            "    text, final · empty",
            "    pong, final · 1 byte",
        ];
        assert_eq!(meaning, due, "{text}");
        assert!(text.ends_with("    close · 1 of 2 bytes\n"), "{text}");
    }

    #[test]
    fn a_long_frame_is_cut_and_the_next_one_is_explained() {
        let mut record = framed();
        record.add(Direction::Sent, &Frame::binary(vec![7; 70_000]).bytes());
        record.add(Direction::Sent, &Frame::ping("p").bytes());
        let text = plain(&record, None, 10);
        assert!(text.contains("binary, final, masked · 1010 of 70,000 bytes"), "{text}");
        assert!(text.contains("more rows and 68990 bytes"), "{text}");
        assert!(text.ends_with("ping, final, masked · 1 byte\n"), "{text}");
    }

    #[test]
    fn little_room_keeps_the_mark() {
        let mut record = framed();
        for _ in 0..8 {
            record.add(Direction::Sent, &Frame::text(vec![b'a'; 200]).bytes());
        }
        record.add(Direction::Received, &[0x81; 200]);
        let text = plain(&record, Some(received(150)), 8);
        assert!(text.contains("^^") && text.contains("more segments before"), "{text}");
        assert!(text.lines().count() <= 14, "{text}");
    }
}

//! Bytes for people: sixteen to a line, with a gap after eight.

use crate::transcript::visible::count;

/// Bytes to a line.
const LINE: usize = 16;
/// Bytes that are shown before the rest is only counted.
const SHOWN: usize = 4 * LINE;

/// The lines of a hex dump.
pub(crate) fn dump(bytes: &[u8]) -> Vec<String> {
    let cells: Vec<String> = bytes.iter().take(SHOWN).map(|byte| format!("{byte:02x}")).collect();
    lines(&cells, bytes.len())
}

/// The lines of a hex dump of a frame whose masking key its sender drew at random: `kk` for the
/// bytes of the key, `mm` for those that it masks, so that the same frame looks the same always.
pub(crate) fn dump_of_random_masking(frame: &[u8], header_size: usize) -> Vec<String> {
    let key = header_size - 4..header_size;
    let cells: Vec<String> = frame
        .iter()
        .take(SHOWN)
        .enumerate()
        .map(|(index, byte)| match index {
            _ if index < key.start => format!("{byte:02x}"),
            _ if key.contains(&index) => "kk".to_owned(),
            _ => "mm".to_owned(),
        })
        .collect();
    lines(&cells, frame.len())
}

fn lines(cells: &[String], total: usize) -> Vec<String> {
    let more = total - cells.len();
    let mut lines: Vec<String> = cells
        .chunks(LINE)
        .map(|line| line.chunks(LINE / 2).map(|half| half.join(" ")).collect::<Vec<_>>().join("  "))
        .collect();
    if more > 0 {
        lines.push(format!("… {} more", count(more, "byte")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_sixteen_bytes_in_two_groups() {
        let bytes: Vec<u8> = (0..18).collect();
        assert_eq!(dump(&bytes), ["00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f", "10 11"]);
        assert_eq!(dump(&bytes[..8]), ["00 01 02 03 04 05 06 07"]);
        assert_eq!(dump(&[]), Vec::<String>::new());
    }

    #[test]
    fn a_long_dump_is_cut_and_says_so() {
        let lines = dump(&vec![0; 65_064]);
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[4], "… 65,000 bytes more");
    }

    #[test]
    fn a_random_key_is_not_shown_nor_what_it_masks() {
        let frame = [0x81, 0x82, 9, 9, 9, 9, 8, 8];
        assert_eq!(dump_of_random_masking(&frame, 6), ["81 82 kk kk kk kk mm mm"]);
    }
}

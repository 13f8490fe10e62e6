//! Points at the first byte that is not the one that was expected.

use crate::frames::frame::Frame;
use crate::frames::role::Role;
use crate::transcript::annotation::annotation;

/// Bytes to a line of the message about a wrong byte.
const LINE: usize = 16;

/// Shows the line with the wrong byte, and points at it.
pub(super) fn wrong_byte(expected: &[u8], there: &[u8], wrong: usize, sender: Role) -> String {
    let start = wrong / LINE * LINE;
    let line = |bytes: &[u8]| {
        let cells = bytes.iter().skip(start).take(LINE).map(|byte| format!("{byte:02x}"));
        cells.collect::<Vec<_>>().join(" ")
    };
    let told = |bytes: &[u8]| match Frame::read(bytes) {
        Some((frame, size)) if !frame.opcode.is_reserved() => {
            format!("   ({})", annotation(&bytes[..size], sender))
        }
        _ => String::new(),
    };
    format!(
        "byte {wrong} (counted from 0) is {:#04x}, not {:#04x}; from byte {start}:\n\
         expected {}{}\n     got {}{}\n         {:indent$}^^",
        there[wrong],
        expected[wrong],
        line(expected),
        told(expected),
        line(there),
        told(there),
        "",
        indent = 3 * (wrong - start),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_byte_is_pointed_at() {
        let message = wrong_byte(&[0x88, 2, 0x03, 0xea], &[0x88, 2, 0x03, 0xe8], 3, Role::Server);
        assert_eq!(
            message,
            "byte 3 (counted from 0) is 0xe8, not 0xea; from byte 0:\n\
             expected 88 02 03 ea   (close 1002)\n     \
                  got 88 02 03 e8   (close 1000)\n                  ^^"
        );
    }
}

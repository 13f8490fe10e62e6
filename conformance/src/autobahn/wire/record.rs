//! What went over the wire, as lines for the report.

use crate::autobahn::wire::frame::opcode;

/// How many lines are kept.
const LINES: usize = 64;
/// How many bytes of a payload are shown.
const SHOWN: usize = 48;

/// Lines about what was sent and received.
#[derive(Default)]
pub(crate) struct Record {
    lines: Vec<String>,
}

impl Record {
    /// Whether more lines are wanted.
    fn is_full(&mut self) -> bool {
        if self.lines.len() == LINES {
            self.lines.push("…".to_owned());
        }
        self.lines.len() > LINES
    }

    /// Adds a frame that was sent (`→`) or received (`←`). `first` is its first byte.
    pub(crate) fn frame(&mut self, arrow: char, first: u8, length: u64, payload: &[u8]) {
        if self.is_full() {
            return;
        }
        let (fin, rsv, code) = (first & 0x80 != 0, first >> 4 & 7, first & 15);
        let name = match code {
            opcode::CONTINUATION => "continuation".to_owned(),
            opcode::TEXT => "text".to_owned(),
            opcode::BINARY => "binary".to_owned(),
            opcode::CLOSE => "close".to_owned(),
            opcode::PING => "ping".to_owned(),
            opcode::PONG => "pong".to_owned(),
            other => format!("opcode {other}"),
        };
        let unfinished = if fin { "" } else { ", not the last fragment" };
        let rsv = if rsv == 0 { String::new() } else { format!(", RSV {rsv}") };
        let shown = match payload {
            [] => String::new(),
            [high, low, reason @ ..] if code == opcode::CLOSE => {
                format!(": {} {}", u16::from_be_bytes([*high, *low]), visible(reason))
            }
            payload => format!(": {}", visible(payload)),
        };
        let line = format!("{arrow} {name}{unfinished}{rsv}, {length} bytes{shown}");
        self.lines.push(line.trim_end().to_owned());
    }

    /// Adds an event that is not a frame.
    pub(crate) fn note(&mut self, line: impl Into<String>) {
        if !self.is_full() {
            self.lines.push(line.into());
        }
    }

    /// Returns the lines.
    pub(crate) fn into_lines(self) -> Vec<String> {
        self.lines
    }
}

/// Shows the start of a payload as text if it is text, and otherwise as hexadecimal digits.
fn visible(payload: &[u8]) -> String {
    let start = &payload[..payload.len().min(SHOWN)];
    let more = if start.len() < payload.len() { " …" } else { "" };
    match str::from_utf8(start) {
        Ok(text) if !text.contains(char::is_control) => format!("{text}{more}"),
        _ => {
            let digits: String = start.iter().map(|byte| format!("{byte:02x} ")).collect();
            format!("{}{more}", digits.trim_end())
        }
    }
}

//! What went over a wire, in both directions, for people to read and for snapshots to compare.
//!
//! Nothing in it differs from one run to the next: addresses, dates and random keys are replaced.

use std::net::SocketAddr;

use crate::frames::header::Header;
use crate::frames::role::Role;
use crate::transcript::annotation::annotation;
use crate::transcript::dump::{dump, dump_of_random_masking};
use crate::transcript::visible::{count, visible_bytes};
use crate::wire::http::head_size;

/// Frames of one write that are shown before the rest is only counted.
const FRAMES_SHOWN: usize = 16;
/// Lines of text of one write that are shown before the rest is only counted.
const TEXT_LINES_SHOWN: usize = 24;
/// Characters of one line of text that are shown before the rest is only counted.
const TEXT_LINE_SHOWN: usize = 160;
/// The longest body of a response that is shown.
const BODY_SHOWN: usize = 256;

/// Which way bytes went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// From the test.
    Out,
    /// To the test.
    In,
}

/// The record of one connection.
pub(crate) struct Transcript {
    lines: Vec<String>,
    /// The part of the test.
    role: Role,
    /// How the address of the server may be written.
    hosts: [String; 2],
    /// Whether the opening handshake is over.
    framed: bool,
    /// Whether frames are left out.
    is_without_frames: bool,
    /// The part of a frame that has gone, each way, and waits for its rest.
    unfinished: [Vec<u8>; 2],
}

impl Transcript {
    pub(crate) fn new(role: Role, server: SocketAddr) -> Self {
        let hosts = [server.to_string(), format!("localhost:{}", server.port())];
        Self {
            lines: Vec::new(),
            role,
            hosts,
            framed: false,
            is_without_frames: false,
            unfinished: Default::default(),
        }
    }

    pub(crate) fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// From here on, bytes are frames.
    pub(crate) fn is_framed_from_here(&mut self) {
        self.framed = true;
    }

    /// From here on, frames are left out.
    pub(crate) fn leaves_frames_out(&mut self) {
        self.is_without_frames = true;
    }

    /// Records bytes: as text, as frames or as they are, whatever they turn out to be.
    pub(crate) fn records(&mut self, way: Way, bytes: &[u8]) {
        if self.framed && self.is_without_frames {
            return;
        }
        let lines = self.shows(way, bytes);
        self.enters(way, lines);
    }

    /// Records bytes that went in single writes.
    pub(crate) fn records_one_by_one(&mut self, way: Way, bytes: &[u8]) {
        let mut lines = vec!["a byte at a time:".to_owned()];
        lines.extend(self.shows(way, bytes));
        self.enters(way, lines);
    }

    /// Records text.
    pub(crate) fn records_text(&mut self, way: Way, bytes: &[u8]) {
        let lines = self.shows_text(bytes);
        self.enters(way, lines);
    }

    /// Records a response whose body begins after `head_size` bytes.
    pub(crate) fn records_response(&mut self, way: Way, bytes: &[u8], head_size: usize) {
        let (head, body) = bytes.split_at(head_size);
        let mut lines = self.shows_text(head);
        if !body.is_empty() && body.len() <= BODY_SHOWN && is_text(body) {
            lines.extend(self.shows_text(body));
        } else if !body.is_empty() {
            lines.push(format!("… {} more", count(body.len(), "byte")));
        }
        self.enters(way, lines);
    }

    /// Records one frame whose masking key its sender drew at random.
    pub(crate) fn records_random_masking(&mut self, way: Way, frame: &[u8], header_size: usize) {
        let mut lines = dump_of_random_masking(frame, header_size);
        lines.push(annotation(frame, self.sender(way)));
        self.enters(way, lines);
    }

    /// Records something as a sentence instead of bytes.
    pub(crate) fn tells(&mut self, way: Way, told: &str, headers: &[(&str, &str)]) {
        let mut lines = vec![told.to_owned()];
        let headers = headers.iter().map(|(name, value)| self.steady(&format!("{name}: {value}")));
        lines.extend(headers);
        self.enters(way, lines);
    }

    /// Records how the connection ended.
    pub(crate) fn ends(&mut self, how: &str) {
        self.lines.push(format!("× {how}"));
    }

    fn enters(&mut self, way: Way, lines: Vec<String>) {
        let arrow = match way {
            Way::Out => '→',
            Way::In => '←',
        };
        for (index, line) in lines.into_iter().enumerate() {
            self.lines.push(if index == 0 {
                format!("{arrow} {line}")
            } else {
                format!("  {line}")
            });
        }
    }

    fn sender(&self, way: Way) -> Role {
        match way {
            Way::Out => self.role,
            Way::In => self.role.other(),
        }
    }

    fn shows(&mut self, way: Way, bytes: &[u8]) -> Vec<String> {
        if self.framed {
            return self.shows_frames(way, bytes);
        }
        if is_text(bytes) {
            return self.shows_text(bytes);
        }
        // A request with frames in its wake, or frames where a request should have been.
        let head_size = head_size(bytes).filter(|size| is_text(&bytes[..*size])).unwrap_or(0);
        let (head, rest) = bytes.split_at(head_size);
        let mut lines = self.shows_text(head);
        if are_whole_frames(rest) {
            lines.extend(self.shows_frames(way, rest));
        } else {
            lines.extend(dump(rest));
        }
        lines
    }

    fn shows_frames(&mut self, way: Way, bytes: &[u8]) -> Vec<String> {
        let sender = self.sender(way);
        let unfinished = &mut self.unfinished[way as usize];
        let mut lines = Vec::new();
        let mut frames = 0;
        let mut rest = bytes;
        while !rest.is_empty() {
            let gone = unfinished.len();
            if gone > 0 {
                unfinished.extend(rest);
            }
            let frame = if gone > 0 { unfinished.as_slice() } else { rest };
            let size = Header::read(frame).and_then(|header| header.frame_size());
            let whole = size.filter(|size| *size <= frame.len());
            let frame = &frame[..whole.unwrap_or(frame.len())];
            let new = frame.len() - gone;
            frames += 1;
            if frames <= FRAMES_SHOWN {
                lines.extend(dump(&rest[..new]));
                lines.push(annotation(frame, sender));
            }
            rest = &rest[new..];
            if whole.is_some() {
                unfinished.clear();
            } else if gone == 0 {
                *unfinished = frame.to_vec();
            }
        }
        if frames > FRAMES_SHOWN {
            lines.push(format!("… {} more", count(frames - FRAMES_SHOWN, "frame")));
        }
        lines
    }

    fn shows_text(&self, bytes: &[u8]) -> Vec<String> {
        let all: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        let (shown, more) = all.split_at(all.len().min(TEXT_LINES_SHOWN));
        let mut lines: Vec<String> =
            shown.iter().map(|line| shortened(&self.steady(&visible_bytes(line)))).collect();
        if !more.is_empty() {
            lines.push(format!("… {} more", count(more.len(), "line")));
        }
        lines
    }

    /// A line without what differs from one run to the next.
    fn steady(&self, line: &str) -> String {
        let line = self.hosts.iter().fold(line.to_owned(), |line, host| line.replace(host, "HOST"));
        let Some((name, value)) = line.split_once(':') else {
            return line;
        };
        // A test's own key is always the same; a client's own is not, nor is the answer to it.
        let random = self.role == Role::Server;
        let steady = match name.to_ascii_lowercase().as_str() {
            "date" => "(date)",
            "sec-websocket-key" if random => "(random key)",
            "sec-websocket-accept" if random => "(answer to the key)",
            _ => return line,
        };
        let end = if value.ends_with("␍␊") { "␍␊" } else { "" };
        format!("{name}: {steady}{end}")
    }
}

fn is_text(bytes: &[u8]) -> bool {
    let is_plain = |character: char| !character.is_control() || "\r\n\t".contains(character);
    std::str::from_utf8(bytes).is_ok_and(|text| text.chars().all(is_plain))
}

fn are_whole_frames(mut bytes: &[u8]) -> bool {
    while let Some(header) = Header::read(bytes).filter(|header| !header.opcode.is_reserved()) {
        let Some(rest) = header.frame_size().and_then(|size| bytes.get(size..)) else {
            break;
        };
        bytes = rest;
    }
    bytes.is_empty()
}

fn shortened(line: &str) -> String {
    match line.char_indices().nth(TEXT_LINE_SHOWN) {
        None => line.to_owned(),
        Some((cut, _)) => {
            let more = line[cut..].chars().count();
            format!("{}… {} more", &line[..cut], count(more, "character"))
        }
    }
}

/// Shows bytes in the message of a failure.
pub(crate) fn shown(bytes: &[u8], sender: Role) -> String {
    if bytes.is_empty() {
        return "nothing".to_owned();
    }
    if is_text(bytes) {
        return visible_bytes(bytes);
    }
    format!("{}\n{}", dump(bytes).join("\n"), annotation(bytes, sender))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frames::frame::Frame;

    fn client() -> Transcript {
        Transcript::new(Role::Client, SocketAddr::from(([127, 0, 0, 1], 40_404)))
    }

    fn framed_client() -> Transcript {
        let mut transcript = client();
        transcript.is_framed_from_here();
        transcript
    }

    #[test]
    fn frames_of_one_write_stand_under_one_arrow() {
        let mut transcript = framed_client();
        let both = [Frame::text("Hello").bytes(), Frame::ping("").bytes()].concat();
        transcript.records(Way::Out, &both);
        transcript.records(Way::In, &Frame::pong("").bytes_from(Role::Server));
        transcript.ends("closed by the server");
        assert_eq!(
            transcript.text(),
            "→ 81 85 37 fa 21 3d 7f 9f  4d 51 58\n  \
               text, final, masked · \"Hello\"\n  \
               89 80 37 fa 21 3d\n  \
               ping, final, masked · empty\n\
             ← 8a 00\n  \
               pong, final · empty\n\
             × closed by the server"
        );
    }

    #[test]
    fn a_frame_in_two_writes_is_told_when_it_is_whole() {
        let mut transcript = framed_client();
        let bytes = Frame::text("hi").bytes();
        transcript.records(Way::Out, &bytes[..1]);
        transcript.records(Way::Out, &bytes[1..7]);
        transcript.records(Way::Out, &[&bytes[7..], &bytes].concat());
        assert_eq!(
            transcript.text(),
            "→ 81\n  \
               1 byte of a header\n\
             → 82 37 fa 21 3d 5f\n  \
               text, final, masked · 1 of 2 bytes\n\
             → 93\n  \
               text, final, masked · \"hi\"\n  \
               81 82 37 fa 21 3d 5f 93\n  \
               text, final, masked · \"hi\""
        );
    }

    #[test]
    fn many_frames_are_cut_and_said_so() {
        let mut transcript = framed_client();
        transcript.records(Way::Out, &Frame::continuation("").bytes().repeat(1016));
        assert!(transcript.text().ends_with("\n  … 1,000 frames more"), "{}", transcript.text());
    }

    #[test]
    fn a_request_is_text_without_its_port_and_date() {
        let mut transcript = client();
        let request = "GET / HTTP/1.1\r\nHost: 127.0.0.1:40404\r\nDate: today\r\n\r\n";
        transcript.records(Way::Out, request.as_bytes());
        assert_eq!(transcript.text(), "→ GET / HTTP/1.1␍␊\n  Host: HOST␍␊\n  Date: (date)␍␊\n  ␍␊");
    }

    #[test]
    fn frames_behind_a_request_are_frames() {
        let mut transcript = client();
        let request = b"GET / HTTP/1.1\r\n\r\n";
        transcript.records(Way::Out, &[request, Frame::ping("").bytes().as_slice()].concat());
        assert_eq!(
            transcript.text(),
            "→ GET / HTTP/1.1␍␊\n  ␍␊\n  89 80 37 fa 21 3d\n  ping, final, masked · empty"
        );
    }

    #[test]
    fn what_is_neither_text_nor_frames_is_bytes() {
        let mut transcript = client();
        transcript.records(Way::In, &[0xff, 0xfe, 0xfd]);
        assert_eq!(transcript.text(), "← ff fe fd");
    }

    #[test]
    fn a_long_line_is_cut_and_says_so() {
        assert_eq!(shortened("short"), "short");
        let line = shortened(&"a".repeat(65_160));
        assert!(line.ends_with("a… 65,000 characters more"), "{line}");
    }
}

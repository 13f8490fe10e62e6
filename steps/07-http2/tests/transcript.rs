//! The frames of HTTP/2 as they are on the wire, for the book.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on ends here"
)]

use std::fmt::Write as _;

use support::peer::start;
use support::raw::{DATA, END_HEADERS, GOAWAY, HEADERS, RST_STREAM, Raw, SETTINGS, header_block};
use testkit::Frame;

mod support;

/// A client that writes down all frames that are about a stream, and the settings.
struct Scene {
    raw: Raw,
    lines: String,
}

impl Scene {
    fn sends(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8], what: &str) {
        assert!(self.raw.sends(kind, flags, stream, payload));
        self.writes('→', kind, flags, stream, what);
    }

    /// Receives until the first frame of this type, and writes it down.
    fn receives(&mut self, wanted: u8, what: fn(&[u8]) -> String) {
        loop {
            let (kind, flags, stream, payload) = self.raw.receives().expect("a frame");
            if kind == wanted {
                return self.writes('←', kind, flags, stream, &what(&payload));
            }
        }
    }

    fn writes(&mut self, arrow: char, kind: u8, flags: u8, stream: u32, what: &str) {
        let name = match kind {
            DATA => "DATA",
            HEADERS => "HEADERS",
            RST_STREAM => "RST_STREAM",
            SETTINGS => "SETTINGS",
            GOAWAY => "GOAWAY",
            other => panic!("frame {other} is not in the book"),
        };
        let end = if kind == DATA && flags & 1 == 1 { " END_STREAM" } else { "" };
        let frame = format!("{name} on stream {stream}{end}");
        let what = what.replace(&self.raw.host, "127.0.0.1:9007").replace('\n', "\n      ");
        writeln!(self.lines, "{arrow} {frame}\n      {what}").unwrap();
    }
}

/// Bytes as two digits each.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

/// The fields of a request, a line for each.
fn named(fields: &[(&str, &str)]) -> String {
    fields.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("\n")
}

/// The settings that matter here (RFC 9113 §6.5.2, RFC 8441 §3).
fn settings(payload: &[u8]) -> String {
    let mut lines = Vec::new();
    for setting in payload.chunks(6) {
        let value = u32::from_be_bytes(setting[2..].try_into().unwrap());
        let name = match setting[1] {
            3 => "MAX_CONCURRENT_STREAMS",
            4 => "INITIAL_WINDOW_SIZE",
            6 => "MAX_HEADER_LIST_SIZE",
            8 => "ENABLE_CONNECT_PROTOCOL",
            _ => continue,
        };
        lines.push(format!("{name} = {value}"));
    }
    lines.join("\n")
}

#[test]
fn a_websocket_opens_talks_and_closes() {
    let server = start(&[]);
    let mut scene = Scene { raw: Raw::connects(&server, &[]), lines: String::new() };
    scene.receives(SETTINGS, settings);
    let host = scene.raw.host.clone();
    let fields = [
        (":method", "CONNECT"),
        (":protocol", "websocket"),
        (":scheme", "http"),
        (":authority", &host),
        (":path", "/echo"),
        ("sec-websocket-version", "13"),
    ];
    scene.sends(HEADERS, END_HEADERS, 1, &header_block(&fields), &named(&fields));
    // 0x88 is the eighth entry of HPACK's table (RFC 7541 §6.1 and appendix A).
    scene.receives(HEADERS, |block| {
        assert_eq!(block[0], 0x88);
        "88 …\n:status: 200, and others".to_owned()
    });
    let hello = Frame::text("hello").masked_with([0x37, 0xfa, 0x21, 0x3d]).bytes();
    scene.sends(DATA, 0, 1, &hello, &hex(&hello));
    scene.receives(DATA, hex);
    let close = Frame::close(1000, "").masked_with([0x37, 0xfa, 0x21, 0x3d]).bytes();
    scene.sends(DATA, 0, 1, &close, &hex(&close));
    scene.receives(DATA, hex);
    scene.receives(DATA, |payload| {
        assert!(payload.is_empty());
        "(empty)".to_owned()
    });
    insta::assert_snapshot!("opens_talks_and_closes", scene.lines.trim_end());
}

/// The handshake of chapter 2 on a stream (RFC 9113 §8.2.2: the request is malformed).
#[test]
fn an_upgrade_on_a_stream_is_a_protocol_error() {
    let server = start(&[]);
    let mut scene = Scene { raw: Raw::connects(&server, &[]), lines: String::new() };
    let host = scene.raw.host.clone();
    let fields = [
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", &host),
        (":path", "/echo"),
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    scene.sends(HEADERS, END_HEADERS, 1, &header_block(&fields), &named(&fields));
    scene.receives(RST_STREAM, |payload| {
        assert_eq!(payload, [0, 0, 0, 1]);
        format!("{}\nPROTOCOL_ERROR", hex(payload))
    });
    insta::assert_snapshot!("an_upgrade_on_a_stream", scene.lines.trim_end());
}

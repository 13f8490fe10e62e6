//! What a frame says, in one line.

use crate::frames::frame::masked;
use crate::frames::header::Header;
use crate::frames::opcode::Opcode;
use crate::frames::role::Role;
use crate::transcript::visible::{count, visible};

/// Characters of a payload that are quoted before the rest is only counted.
const QUOTED: usize = 60;

/// Says in one line what a frame is, from its bytes: all of them, or those there are so far.
pub fn annotation(bytes: &[u8], sender: Role) -> String {
    let Some(header) = Header::read(bytes) else {
        return format!("{} of a header", count(bytes.len(), "byte"));
    };
    let payload = masked(bytes.get(header.size..).unwrap_or_default(), header.masking_key);
    let mut parts = vec![kind(&header, &payload)];
    if header.length_fault().is_none() {
        parts.extend(content(&header, &payload));
    }
    parts.extend(header.faults(sender));
    parts.join(" · ")
}

/// `text, final, masked`
fn kind(header: &Header, payload: &[u8]) -> String {
    let mut kind = header.opcode.name();
    if let (Opcode::Close, [high, low, ..]) = (header.opcode, payload) {
        kind = format!("{kind} {}", u16::from_be_bytes([*high, *low]));
    }
    if !header.fin {
        kind.push_str(", not final");
    } else if header.opcode != Opcode::Close {
        kind.push_str(", final");
    }
    for (bit, name) in [(4, ", RSV1"), (2, ", RSV2"), (1, ", RSV3")] {
        if header.rsv & bit != 0 {
            kind.push_str(name);
        }
    }
    if header.masking_key.is_some() {
        kind.push_str(", masked");
    }
    kind
}

fn content(header: &Header, payload: &[u8]) -> Option<String> {
    let there = payload.len() as u64;
    if there < header.length {
        let length = usize::try_from(header.length).unwrap_or(usize::MAX);
        return Some(format!("{there} of {}", count(length, "byte")));
    }
    match header.opcode {
        // With a reserved bit set, the payload is what an extension made of it.
        Opcode::Text if header.rsv == 0 => Some(text(header, payload)),
        Opcode::Continuation if header.rsv == 0 => {
            Some(quoted(payload).unwrap_or_else(|| counted(payload)))
        }
        Opcode::Close => match payload {
            [] => Some("no status code".to_owned()),
            [_] => Some("1 byte: half a status code (§5.5.1)".to_owned()),
            [_, _] => None,
            [_, _, reason @ ..] => Some(
                quoted(reason).unwrap_or_else(|| format!("{}, not UTF-8 (§8.1)", counted(reason))),
            ),
        },
        _ => Some(counted(payload)),
    }
}

fn text(header: &Header, payload: &[u8]) -> String {
    let Err(error) = std::str::from_utf8(payload) else {
        return quoted(payload).unwrap_or_else(|| counted(payload));
    };
    // A character may be cut by the end of a fragment (RFC 6455 §5.6), but not by the message's.
    if error.error_len().is_none() && !header.fin {
        let (whole, cut) = payload.split_at(error.valid_up_to());
        let whole = quoted(whole).unwrap_or_else(|| counted(whole));
        return format!("{whole} and {} of a character", count(cut.len(), "byte"));
    }
    format!("{}, not UTF-8 (§8.1)", counted(payload))
}

fn counted(payload: &[u8]) -> String {
    if payload.is_empty() { "empty".to_owned() } else { count(payload.len(), "byte") }
}

/// The payload in quotation marks; `None` if it is empty or not UTF-8.
fn quoted(payload: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(payload).ok().filter(|text| !text.is_empty())?;
    match text.char_indices().nth(QUOTED) {
        None => Some(format!("\"{}\"", visible(text))),
        Some((cut, _)) => {
            let size = count(text.len(), "byte");
            Some(format!("\"{}…\" · {size}", visible(&text[..cut])))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frames::frame::Frame;

    fn from_client(frame: &Frame) -> String {
        annotation(&frame.bytes(), Role::Client)
    }

    fn from_server(frame: &Frame) -> String {
        annotation(&frame.bytes_from(Role::Server), Role::Server)
    }

    #[test]
    fn a_frame_is_said_in_one_line() {
        assert_eq!(from_server(&Frame::text("hello")), "text, final · \"hello\"");
        assert_eq!(from_client(&Frame::text("a\n")), "text, final, masked · \"a␊\"");
        assert_eq!(from_server(&Frame::ping("hello")), "ping, final · 5 bytes");
        assert_eq!(from_server(&Frame::pong("")), "pong, final · empty");
        assert_eq!(from_server(&Frame::continuation("a")), "continuation, final · \"a\"");
        assert_eq!(from_server(&Frame::continuation([0xa4])), "continuation, final · 1 byte");
        assert_eq!(
            from_server(&Frame::text([1, 2]).with_rsv(4).not_final()),
            "text, not final, RSV1 · 2 bytes"
        );
        assert_eq!(
            from_server(&Frame::text("é".repeat(70))),
            format!("text, final · \"{}…\" · 140 bytes", "é".repeat(60))
        );
    }

    #[test]
    fn a_close_frame_shows_its_code_and_reason() {
        assert_eq!(from_server(&Frame::close(1000, "")), "close 1000");
        assert_eq!(from_client(&Frame::close(1002, "why")), "close 1002, masked · \"why\"");
        assert_eq!(from_server(&Frame::close_with([])), "close · no status code");
        assert_eq!(
            from_server(&Frame::close_with([3])),
            "close · 1 byte: half a status code (§5.5.1)"
        );
        assert_eq!(
            from_server(&Frame::close_with([0x03, 0xe8, 0xff])),
            "close 1000 · 1 byte, not UTF-8 (§8.1)"
        );
    }

    #[test]
    fn a_fault_is_named_where_it_is() {
        let too_long = [0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 200, 1, 2, 3, 4];
        assert_eq!(
            annotation(&too_long, Role::Client),
            "binary, final, masked · length 200 in eight bytes: not minimal (§5.2)"
        );
        assert_eq!(
            from_client(&Frame::text("hi").unmasked()),
            "text, final · \"hi\" · a client must mask (§5.1)"
        );
        assert_eq!(
            from_server(&Frame::new(Opcode::Reserved(3), "")),
            "opcode 0x3, final · empty · reserved opcode (§5.2)"
        );
    }

    #[test]
    fn text_that_is_not_utf8_is_counted() {
        assert_eq!(from_server(&Frame::text([0xff])), "text, final · 1 byte, not UTF-8 (§8.1)");
        assert_eq!(from_server(&Frame::text([0xc3])), "text, final · 1 byte, not UTF-8 (§8.1)");
        assert_eq!(
            from_server(&Frame::text([b'a', 0xc3]).not_final()),
            "text, not final · \"a\" and 1 byte of a character"
        );
    }

    #[test]
    fn a_part_of_a_frame_says_how_much_is_there() {
        assert_eq!(annotation(&[0x81], Role::Server), "1 byte of a header");
        assert_eq!(annotation(&[0x81, 5, b'a'], Role::Server), "text, final · 1 of 5 bytes");
    }
}

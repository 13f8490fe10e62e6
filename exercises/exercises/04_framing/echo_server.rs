//! # Repair this server: everything is text
//!
//! This server takes every frame for a text, and sends it back as one (fault F10). A client that
//! sends a ping, or a close frame, receives a text.
//!
//! Repair `serve`. It answers each frame alone; `decode` and `encode` are right.
//!
//! - Text (opcode 1) and binary (2) come back with their own opcode and payload. A frame without
//!   FIN is answered like any other: step 5 joins fragments.
//! - A ping (9) is answered with a pong (10) that carries the same payload.
//! - A pong is not answered.
//! - A close (8) is answered with a close that carries the same payload. Then `serve` returns.
//!
//! Fails: a_close_is_answered_with_the_same_close
//!   "a close is answered with a close that carries the same payload (F10)"
//! Fails: a_ping_is_answered_with_a_pong
//!   "a ping is answered with a pong that carries the same payload (F10)"
//! Fails: a_pong_is_not_answered
//!   "nobody waits for an answer to a pong"
//! Fails: after_a_close_nothing_is_sent
//!   "after your close nothing may be sent: `serve` returns"
//! Fails: an_empty_close_is_answered_with_an_empty_close
//!   "a close without a status code is answered with one without"
//! Fails: bytes_come_back_as_bytes
//!   "bytes must come back as bytes, and not as a text (F10)"
//!
//! Chapter: book/src/04-framing.md#exercises

use std::io::{self, Read, Write};

/// Answers the frames of one connection until the peer leaves.
fn serve(peer: &mut (impl Read + Write)) -> io::Result<()> {
    let mut received = Vec::new();
    let mut segment = [0; 4096];
    loop {
        while let Some((_first, payload, taken)) = decode(&received) {
            received.drain(..taken);
            // TODO: what kind of frame is this?
            peer.write_all(&encode(1, &payload))?;
        }
        match peer.read(&mut segment)? {
            0 => return Ok(()),
            count => received.extend_from_slice(&segment[..count]),
        }
    }
}

/// Decodes the masked frame, of up to 125 bytes, that `bytes` begins with. Returns its first byte,
/// its payload, and how many bytes it took; `None` if the frame is not complete yet.
fn decode(bytes: &[u8]) -> Option<(u8, Vec<u8>, usize)> {
    let (header, rest) = bytes.split_first_chunk::<2>()?;
    let (key, rest) = rest.split_first_chunk::<4>()?;
    let payload = rest.get(..usize::from(header[1] & 0x7f))?;
    let unmasked = payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key);
    Some((header[0], unmasked.collect(), 6 + payload.len()))
}

/// Encodes a frame with FIN as a server sends it: not masked. For payloads of up to 125 bytes.
fn encode(opcode: u8, payload: &[u8]) -> Vec<u8> {
    [&[0x80 | opcode, payload.len() as u8], payload].concat()
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    const TEXT: u8 = 0x81;
    const BINARY: u8 = 0x82;
    const CLOSE: u8 = 0x88;
    const PING: u8 = 0x89;
    const PONG: u8 = 0x8a;

    #[test]
    fn a_text_comes_back() {
        let sent = [frame(TEXT, b"hello"), frame(TEXT, b"")];
        expect(&sent, b"\x81\x05hello\x81\x00", "a text comes back, and an empty one as well");
    }

    #[test]
    fn bytes_come_back_as_bytes() {
        let mistake = "bytes must come back as bytes, and not as a text (F10)";
        expect(&[frame(BINARY, &[0xff, 0])], b"\x82\x02\xff\x00", mistake);
    }

    #[test]
    fn a_frame_without_fin_comes_back() {
        let sent = [frame(0x01, b"hel"), frame(TEXT, b"lo")];
        let received = received(&sent);
        // With its own FIN bit or, as `encode` sends it, with FIN.
        let allowed = [b"\x01\x03hel\x81\x02lo", b"\x81\x03hel\x81\x02lo"];
        assert!(
            allowed.iter().any(|allowed| received == *allowed),
            "a text without FIN must come back like any other\n  sent:     {}\n  yours:    {}\n  \
             expected: {}",
            hex(&sent.concat()),
            hex(&received),
            hex(allowed[0]),
        );
    }

    #[test]
    fn a_ping_is_answered_with_a_pong() {
        let mistake = "a ping is answered with a pong that carries the same payload (F10)";
        expect(&[frame(PING, b"there?")], b"\x8a\x06there?", mistake);
        expect(&[frame(PING, b"")], b"\x8a\x00", "an empty ping is answered with an empty pong");
        let mistake = "after a ping more frames may come";
        expect(&[frame(PING, b"1"), frame(TEXT, b"2")], b"\x8a\x011\x81\x012", mistake);
    }

    #[test]
    fn a_pong_is_not_answered() {
        expect(&[frame(PONG, b"here")], b"", "nobody waits for an answer to a pong");
        let mistake = "after a pong more frames may come";
        expect(&[frame(PONG, b"1"), frame(TEXT, b"2")], b"\x81\x012", mistake);
    }

    #[test]
    fn a_close_is_answered_with_the_same_close() {
        let mistake = "a close is answered with a close that carries the same payload (F10)";
        expect(&[frame(CLOSE, &[0x03, 0xe8])], b"\x88\x02\x03\xe8", mistake);
        let mistake = "a close comes back with its own status code, here 1001, and its reason";
        expect(&[frame(CLOSE, b"\x03\xe9bye")], b"\x88\x05\x03\xe9bye", mistake);
    }

    #[test]
    fn an_empty_close_is_answered_with_an_empty_close() {
        let mistake = "a close without a status code is answered with one without";
        expect(&[frame(CLOSE, b"")], b"\x88\x00", mistake);
    }

    #[test]
    fn after_a_close_nothing_is_sent() {
        let sent = [frame(CLOSE, &[0x03, 0xe8]), frame(TEXT, b"too late")];
        let mistake = "after your close nothing may be sent: `serve` returns";
        expect(&sent, b"\x88\x02\x03\xe8", mistake);
    }

    #[test]
    fn a_write_may_take_a_part_of_the_bytes() {
        let mut browser = Browser::new(vec![frame(TEXT, b"hello")]);
        browser.takes = 1;
        let _ = serve(&mut browser);
        let received = browser.received;
        assert!(
            received == b"\x81\x05hello",
            "each `write` took one byte: use `write_all`\n  yours:    {}\n  expected: {}",
            hex(&received),
            hex(b"\x81\x05hello"),
        );
    }

    /// A masked frame. With a key of zeros the payload stays readable.
    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        [&[first, 0x80 | payload.len() as u8, 0, 0, 0, 0], payload].concat()
    }

    /// A browser. Each item of `sends` is a segment, and `received` is what it has been sent.
    struct Browser {
        sends: Vec<Vec<u8>>,
        received: Vec<u8>,
        /// How many bytes one call to `write` takes.
        takes: usize,
    }

    impl Browser {
        fn new(sends: Vec<Vec<u8>>) -> Self {
            Self { sends, received: Vec::new(), takes: usize::MAX }
        }
    }

    impl Read for Browser {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some(segment) = self.sends.first_mut() else { return Ok(0) };
            let count = segment.len().min(buffer.len());
            buffer[..count].copy_from_slice(&segment[..count]);
            segment.drain(..count);
            if segment.is_empty() {
                self.sends.remove(0);
            }
            Ok(count)
        }
    }

    impl Write for Browser {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let count = bytes.len().min(self.takes);
            self.received.extend_from_slice(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What your server sends to a browser that sends these segments.
    #[track_caller]
    fn received(segments: &[Vec<u8>]) -> Vec<u8> {
        let mut browser = Browser::new(segments.to_vec());
        match catch_unwind(AssertUnwindSafe(|| serve(&mut browser))) {
            Ok(Ok(())) => browser.received,
            Ok(Err(error)) => panic!("this browser does nothing wrong, and `serve` fails: {error}"),
            Err(_) => panic!("`serve` panicked\n  sent:     {}", hex(&segments.concat())),
        }
    }

    /// The frames arrive in one segment, then in a segment each, then in a segment for each byte.
    #[track_caller]
    fn expect(frames: &[Vec<u8>], expected: &[u8], mistake: &str) {
        let all = frames.concat();
        let bytes = all.iter().map(|byte| vec![*byte]).collect();
        for segments in [vec![all.clone()], frames.to_vec(), bytes] {
            let yours = received(&segments);
            assert!(
                yours == expected,
                "{mistake}\n  sent:     {}\n  segments: {}\n  yours:    {}\n  expected: {}",
                hex(&all),
                segments.len(),
                hex(&yours),
                hex(expected),
            );
        }
    }

    fn hex(bytes: &[u8]) -> String {
        if bytes.is_empty() {
            return "nothing".to_owned();
        }
        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
    }
}

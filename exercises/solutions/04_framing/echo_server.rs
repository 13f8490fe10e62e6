//! A solution of `echo_server`: repair this server: everything is text.

use std::io::{self, Read, Write};

const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// Answers the frames of one connection until the peer leaves.
fn serve(peer: &mut (impl Read + Write)) -> io::Result<()> {
    let mut received = Vec::new();
    let mut segment = [0; 4096];
    loop {
        while let Some((first, payload, taken)) = decode(&received) {
            received.drain(..taken);
            match first & 0x0f {
                opcode @ (TEXT | BINARY) => peer.write_all(&encode(opcode, &payload))?,
                PING => peer.write_all(&encode(PONG, &payload))?,
                // The standard says that a close is the last frame: what follows is not answered.
                CLOSE => return peer.write_all(&encode(CLOSE, &payload)),
                _ => {}
            }
        }
        match peer.read(&mut segment)? {
            0 => return Ok(()),
            count => received.extend_from_slice(&segment[..count]),
        }
    }
}

/// A masked frame of up to 125 bytes at the start of `bytes`: its first byte, its payload, and the
/// bytes that it took. `None` if it is not there to its end.
fn decode(bytes: &[u8]) -> Option<(u8, Vec<u8>, usize)> {
    let (header, rest) = bytes.split_first_chunk::<2>()?;
    let (key, rest) = rest.split_first_chunk::<4>()?;
    let payload = rest.get(..usize::from(header[1] & 0x7f))?;
    let unmasked = payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key);
    Some((header[0], unmasked.collect(), 6 + payload.len()))
}

/// A final frame as a server sends it, not masked. For payloads of up to 125 bytes.
fn encode(opcode: u8, payload: &[u8]) -> Vec<u8> {
    [&[0x80 | opcode, payload.len() as u8], payload].concat()
}

fn main() {}

#[cfg(test)]
mod tests {
    use super::*;

    /// A browser: what it sends comes in one segment, and what it gets is kept.
    #[derive(Default)]
    struct Browser {
        sends: Vec<u8>,
        got: Vec<u8>,
    }

    impl Browser {
        fn sends(mut self, opcode: u8, payload: &[u8]) -> Self {
            // With a key of zeros the payload stays readable.
            self.sends.extend([0x80 | opcode, 0x80 | payload.len() as u8, 0, 0, 0, 0]);
            self.sends.extend_from_slice(payload);
            self
        }

        fn gets(mut self) -> Vec<u8> {
            serve(&mut self).expect("this browser breaks nothing");
            self.got
        }
    }

    impl Read for Browser {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.sends.len().min(buffer.len());
            buffer[..count].copy_from_slice(&self.sends[..count]);
            self.sends.drain(..count);
            Ok(count)
        }
    }

    impl Write for Browser {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.got.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_text_comes_back() {
        let got = Browser::default().sends(1, b"hello").sends(1, b"").gets();
        assert_eq!(got, b"\x81\x05hello\x81\x00", "two texts, the second empty");
    }

    #[test]
    fn bytes_come_back_as_bytes() {
        let got = Browser::default().sends(2, &[0xff, 0]).gets();
        assert_eq!(got, b"\x82\x02\xff\x00", "bytes came back as a text (F10)");
    }

    #[test]
    fn a_ping_is_answered_with_a_pong() {
        let got = Browser::default().sends(9, b"there?").gets();
        assert_ne!(got.first(), Some(&0x81), "a ping came back as a text (F10)");
        assert_eq!(got, b"\x8a\x06there?", "a pong carries the payload of its ping");
    }

    #[test]
    fn a_pong_is_not_answered() {
        let got = Browser::default().sends(10, b"here").gets();
        assert_eq!(got, b"", "nobody waits for an answer to a pong");
    }

    #[test]
    fn a_close_is_answered_and_the_last_word() {
        let got = Browser::default().sends(8, &[0x03, 0xe8]).sends(1, b"too late").gets();
        assert_ne!(got.first(), Some(&0x81), "a close came back as a text (F10)");
        assert_eq!(got, b"\x88\x02\x03\xe8", "one close with the same code, and nothing after it");
    }
}

//! The faults of popular tutorials, all in one server: what `tests/servers/tutorial_echo.py` does,
//! for machines without Python.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha1::{Digest as _, Sha1};

/// Starts the server, and says where it is.
pub(crate) fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve(stream));
        }
    });
    url
}

/// Ends with `None` where the tutorials' servers raise.
fn serve(mut stream: TcpStream) -> Option<()> {
    // F1: one read for a request. F3: nothing is validated.
    let mut request = [0; 1024];
    let count = stream.read(&mut request).ok()?;
    let request = String::from_utf8_lossy(&request[..count]).into_owned();
    // F2: one spelling of the name.
    let line = request.split("\r\n").find(|line| line.starts_with("Sec-WebSocket-Key"))?;
    let key = line.split(':').nth(1)?.trim();
    let hash = Sha1::digest(format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
    let accept = BASE64_STANDARD.encode(hash);
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\nWebSocket-Location: ws://127.0.0.1/\r\n\r\n"
    );
    stream.write_all(answer.as_bytes()).ok()?;
    loop {
        // F9: one read for a frame.
        let mut frame = [0; 8096];
        let count = stream.read(&mut frame).ok().filter(|count| *count > 0)?;
        let text = decode(&frame[..count])?;
        stream.write_all(&encode(&text)).ok()?;
    }
}

/// F8: the mask bit is not looked at. F10, F11, F12: nor is the first byte.
fn decode(frame: &[u8]) -> Option<String> {
    let start = match frame.get(1)? & 127 {
        126 => 4,
        127 => 10,
        _ => 2,
    };
    let end = frame.len().min(start + 4);
    let (key, payload) = (frame.get(start..end)?, &frame[end..]);
    if key.is_empty() && !payload.is_empty() {
        return None;
    }
    let plain = payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key);
    String::from_utf8(plain.collect()).ok()
}

fn encode(text: &str) -> Vec<u8> {
    let mut frame = vec![0x81];
    match text.len() {
        length @ 0..=125 => frame.push(u8::try_from(length).unwrap()),
        // F13: should be up to 65,535.
        126 => frame.extend([126, 0, 126]),
        length => {
            frame.push(127);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    [&frame, text.as_bytes()].concat()
}

//! `just step 4`: answers each frame, and draws it in the terminal.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use framing::{Frame, FrameBuffer, FrameHeader, Masking, Opcode, draw_for_terminal};
use handshake::{Opened, Policy, hang_up, serve_opened};
use raw_socket::{Segments, visible};
use web::{listen_by_command_line, page, print_line};

/// How long the server reads from a connection after the opening handshake.
const TIME: Duration = Duration::from_mins(10);
/// How many bytes it reads from a connection.
const BYTES: usize = 256 * 1024 * 1024;

fn main() {
    let about = "Step 4: answers each frame, and draws it in the terminal.";
    let listener = listen_by_command_line(about, "127.0.0.1:9004");
    let page = page(4, "Framing", include_str!("page.html"));
    serve_opened(&listener, Policy::default(), page, answer_frames)
}

// ANCHOR: answer_frames
/// Answers one frame after the other. Returns how the connection ended.
fn answer_frames(stream: &TcpStream, peer: SocketAddr, opened: Opened) -> io::Result<String> {
    print_line(&format!("── {peer} connected"));
    let mut frames = FrameBuffer::new(Masking::Required, opened.rest);
    let mut segments = Segments::new(stream, TIME, BYTES);
    loop {
        match frames.next_frame() {
            Ok(Some(frame)) => {
                let picture = draw_for_terminal(&frame.header, &frame.payload);
                print_line(&format!("── {peer} sent {picture}"));
                if let Some(ended) = answer(stream, &frame)? {
                    return Ok(format!("closed: {ended}"));
                }
            }
            Ok(None) => match segments.next_segment() {
                Ok(segment) => frames.push(segment),
                Err(ended) => return Ok(format!("closed: {ended}")),
            },
            Err((code, reason)) => {
                let payload = [&code.to_be_bytes(), reason.as_bytes()].concat();
                send(stream, Opcode::Close, true, &payload)?;
                hang_up(stream)?;
                return Ok(format!("closed: {code}, {reason}"));
            }
        }
    }
}
// ANCHOR_END: answer_frames

// ANCHOR: answer
/// Sends the answer to a frame. After a close frame, ends the connection and returns how it ended.
fn answer(stream: &TcpStream, frame: &Frame) -> io::Result<Option<String>> {
    let FrameHeader { opcode, fin, .. } = frame.header;
    match opcode {
        Opcode::Ping => send(stream, Opcode::Pong, true, &frame.payload)?,
        Opcode::Pong => {}
        Opcode::Close => {
            send(stream, Opcode::Close, true, &frame.payload)?;
            hang_up(stream)?;
            let reason = visible(frame.payload.get(2..).unwrap_or_default());
            return Ok(Some(match frame.payload.first_chunk() {
                Some(&code) => format!("status code {} {reason}", u16::from_be_bytes(code)),
                None => "without a status code".to_owned(),
            }));
        }
        data => send(stream, data, fin, &frame.payload)?,
    }
    Ok(None)
}
// ANCHOR_END: answer

// ANCHOR: send
/// Sends a frame that is not masked.
fn send(mut stream: &TcpStream, opcode: Opcode, fin: bool, payload: &[u8]) -> io::Result<()> {
    let mut frame = Vec::new();
    FrameHeader { fin, ..FrameHeader::whole(opcode, payload.len()) }.encode(&mut frame);
    frame.extend_from_slice(payload);
    // One write. Two writes could become two packets for a frame of twenty bytes.
    stream.write_all(&frame)
}
// ANCHOR_END: send

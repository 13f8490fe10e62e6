//! Finds out how a server compresses a message (RFC 7692).

use std::io::{Read, Write};

use flate2::read::DeflateDecoder;
use testkit::Frame;

use crate::load::opening::{Offer, open};
use crate::load::script::{Script, TAIL, json};
use crate::load::task::Task;

/// The first byte of an answer: a text in one frame, compressed.
const COMPRESSED_TEXT: u8 = 0xc1;

/// Returns the frame with which a server answers a compressed message. Without context takeover,
/// the same message is compressed to the same bytes each time, so all later answers can be compared
/// as bytes.
///
/// # Errors
/// If the answer is not the message that was sent.
pub(super) fn answer_to(task: &Task, script: &Script, payload: usize) -> Result<Vec<u8>, String> {
    let (mut stream, mut answer) = open(task, &task.path, Offer::Fresh)?;
    let broken = |error| format!("the connection broke: {error}");
    stream.write_all(&script.sent[..script.sent_each]).map_err(broken)?;
    let mut piece = [0; 4096];
    let (frame, size) = loop {
        if let Some(whole) = Frame::read(&answer) {
            break whole;
        }
        match stream.read(&mut piece).map_err(broken)? {
            0 => return Err("the connection was closed".to_owned()),
            count => answer.extend(&piece[..count]),
        }
    };
    if answer.len() > size || answer[0] != COMPRESSED_TEXT {
        return Err("its answer is not one compressed text".to_owned());
    }
    let mut inflated = Vec::new();
    // The stream has no final block, so the decoder reports an error at the end. By then it has
    // returned the whole message.
    let _ = DeflateDecoder::new([&frame.payload[..], &TAIL].concat().as_slice())
        .read_to_end(&mut inflated);
    if inflated != json(payload) {
        return Err("a wrong answer: it does not decompress to the text that was sent".to_owned());
    }
    Ok(answer)
}

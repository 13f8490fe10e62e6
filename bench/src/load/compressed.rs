//! What a server makes of a compressed message (RFC 7692).

use std::io::{Read, Write};

use flate2::read::DeflateDecoder;
use testkit::Frame;

use crate::load::opening::{Offer, open};
use crate::load::script::{Script, TAIL, json};
use crate::load::task::Task;

/// The first byte of an answer: a text, whole, and compressed.
const COMPRESSED_TEXT: u8 = 0xc1;

/// The frame that a server answers a compressed message with. A message says the same each time if
/// there is no memory from one to the next, so from here on bytes can be compared.
///
/// # Errors
/// When it is not what was said.
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
    // The stream has no last block, so the decoder goes on asking; what it has given so far is all.
    let _ = DeflateDecoder::new([&frame.payload[..], &TAIL].concat().as_slice())
        .read_to_end(&mut inflated);
    if inflated != json(payload) {
        return Err("a wrong answer: it does not inflate to what was said".to_owned());
    }
    Ok(answer)
}

//! Compressed messages (RFC 7692): what we send, and what a server makes of it.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use super::Task;
use super::opening::{Offer, open};
use super::script::{Script, json, whole_payload};

/// Ends what was flushed, and does not go over the wire (§7.2.1).
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];
/// The first byte of an answer: a text, whole, and compressed.
const COMPRESSED_TEXT: u8 = 0xc1;

/// A message as it goes over the wire.
pub(super) fn deflate(message: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    // A vector takes whatever it is given.
    let _ = encoder.write_all(message).and_then(|()| encoder.flush());
    let bytes = encoder.get_ref();
    bytes.strip_suffix(&TAIL).unwrap_or(bytes).to_vec()
}

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
    let (start, end) = loop {
        if let Some(payload) = whole_payload(&answer) {
            break payload;
        }
        match stream.read(&mut piece).map_err(broken)? {
            0 => return Err("the connection was closed".to_owned()),
            count => answer.extend(&piece[..count]),
        }
    };
    if answer.len() > end || answer[0] != COMPRESSED_TEXT {
        return Err("its answer is not one compressed text".to_owned());
    }
    let mut inflated = Vec::new();
    // The stream has no last block, so the decoder goes on asking; what it has given so far is all.
    let _ = DeflateDecoder::new([&answer[start..end], &TAIL].concat().as_slice())
        .read_to_end(&mut inflated);
    if inflated != json(payload) {
        return Err("a wrong answer: it does not inflate to what was said".to_owned());
    }
    Ok(answer)
}

//! A limit that is checked after decompression. The book shows the consequences.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use echo::{Agreement, Failure, Limits, Role};
use support::{Delivered, converse};
use testkit::Frame;
use zlib_rs::{Deflate, DeflateFlush, Inflate, InflateFlush, Status, compress_bound};

mod support;

const MIB: usize = 1024 * 1024;
/// What the bomb becomes, in bytes.
const BOMB: usize = 256 * MIB;
/// The longest message.
const LIMIT: usize = 16 * MIB;

// ANCHOR: faulty
/// Decompresses a whole message, and then compares its length with the limit. An error is the length.
fn faulty_decompress(compressed: &[u8]) -> Result<Vec<u8>, usize> {
    let mut stream = Inflate::new(false, 15);
    let mut message = Vec::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        let (used, before) = (count(stream.total_in()), stream.total_out());
        let status = stream.decompress(&compressed[used..], &mut piece, InflateFlush::SyncFlush);
        let written = count(stream.total_out() - before);
        message.extend_from_slice(&piece[..written]);
        if status != Ok(Status::Ok) || written == 0 {
            break;
        }
    }
    if message.len() > LIMIT { Err(message.len()) } else { Ok(message) }
}
// ANCHOR_END: faulty

fn count(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap()
}

/// A message of zeros, compressed as well as DEFLATE can.
fn bomb() -> Vec<u8> {
    let mut stream = Deflate::new(9, false, 15);
    let mut compressed = vec![0; compress_bound(BOMB)];
    stream.compress(&vec![0; BOMB], &mut compressed, DeflateFlush::SyncFlush).unwrap();
    compressed.truncate(count(stream.total_out()));
    assert_eq!(compressed.split_off(compressed.len() - 4), [0, 0, 0xff, 0xff]);
    compressed
}

/// RFC 6455 §10.4: the limit has to be checked while the message grows.
#[test]
fn a_bomb_is_whole_before_a_late_check_finds_it() {
    let compressed = bomb();
    let frame = Frame::binary(&compressed[..]).with_rsv(4).masked_with([1, 2, 3, 4]).bytes();
    let length = faulty_decompress(&compressed).unwrap_err();
    let agreed = Some(Agreement::default());
    let limits = Limits { message: LIMIT, ..Limits::default() };
    let (delivered, _) = converse(Role::Server, limits, agreed, [&frame[..]]);
    let failure = Failure::MessageTooBig(LIMIT);
    assert_eq!(delivered, [Delivered::Failed(failure)]);
    let report = format!(
        "one frame, compressed  → {} KiB\n\
         checked afterwards     → {} MiB in memory, then refused\n\
         checked while it grows → {}: {failure}",
        compressed.len() / 1024,
        length / MIB,
        failure.code().number(),
    );
    insta::assert_snapshot!("bomb", report);
}

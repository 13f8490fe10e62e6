//! Measures what a message costs inside one process: masking, headers and UTF-8, each beside the
//! fastest crate for it.
//!
//! This is a program and not a `[[bench]]`, for which cargo would build everything once more.

use std::hint::black_box;
use std::io::Cursor;

use divan::counter::BytesCount;
use divan::{Bencher, black_box_drop};
use echo::Utf8;
use framing::Masking;

/// Bytes of payload.
const LENGTHS: [usize; 3] = [20, 1024, 64 * 1024];
const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

fn main() {
    divan::main();
}

/// XOR with the masking key.
mod masking {
    use super::{Bencher, BytesCount, KEY, LENGTHS, black_box};

    fn in_place(bencher: Bencher<'_, '_>, length: usize, mask: impl Fn(&mut [u8], [u8; 4])) {
        let mut payload = vec![0x55; length];
        bencher
            .counter(BytesCount::of_slice(&payload))
            .bench_local(|| mask(black_box(&mut payload), black_box(KEY)));
    }

    #[divan::bench(args = LENGTHS)]
    fn step_3(bencher: Bencher<'_, '_>, length: usize) {
        in_place(bencher, length, |payload, key| unmasking::mask(payload, key, 0));
    }

    #[divan::bench(args = LENGTHS)]
    fn step_3_bytewise(bencher: Bencher<'_, '_>, length: usize) {
        in_place(bencher, length, |payload, key| unmasking::mask_bytewise(payload, key, 0));
    }

    #[divan::bench(args = LENGTHS)]
    fn fastwebsockets(bencher: Bencher<'_, '_>, length: usize) {
        in_place(bencher, length, fastwebsockets::unmask);
    }
}

/// A header, from its bytes.
mod header {
    use tokio_tungstenite::tungstenite;

    use super::{Bencher, Cursor, Masking, black_box, black_box_drop};

    /// The headers of masked binary frames, with the length in one byte, in three, and in nine.
    const HEADERS: [&[u8]; 3] = [
        &[0x82, 0x94, 0x37, 0xfa, 0x21, 0x3d],
        &[0x82, 0xfe, 0x04, 0x00, 0x37, 0xfa, 0x21, 0x3d],
        &[0x82, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 0, 0x37, 0xfa, 0x21, 0x3d],
    ];

    #[divan::bench(args = [0, 1, 2])]
    fn step_4(bencher: Bencher<'_, '_>, form: usize) {
        bencher.bench_local(|| {
            black_box_drop(framing::FrameHeader::decode(
                black_box(HEADERS[form]),
                Masking::Required,
                false,
            ));
        });
    }

    #[divan::bench(args = [0, 1, 2])]
    fn tungstenite(bencher: Bencher<'_, '_>, form: usize) {
        bencher.bench_local(|| {
            let mut bytes = Cursor::new(black_box(HEADERS[form]));
            black_box_drop(tungstenite::protocol::frame::FrameHeader::parse(&mut bytes).ok());
        });
    }
}

/// Checking UTF-8.
mod utf8 {
    use super::{Bencher, BytesCount, LENGTHS, Utf8, black_box};

    /// Measures `check` on text in four scripts, of at most `length` bytes.
    fn checks(bencher: Bencher<'_, '_>, length: usize, check: impl Fn(&[u8]) -> bool) {
        let mut text = "WebSocket, κανάλι, сокет, 双方向; ".repeat(length / 32 + 1);
        while text.len() > length {
            text.pop();
        }
        bencher
            .counter(BytesCount::of_str(&text))
            .bench_local(|| assert!(check(black_box(text.as_bytes()))));
    }

    #[divan::bench(args = LENGTHS)]
    fn step_5(bencher: Bencher<'_, '_>, length: usize) {
        checks(bencher, length, |text| {
            let mut utf8 = Utf8::default();
            utf8.push(text).is_ok() && utf8.finish().is_ok()
        });
    }

    /// Checks the text in two pieces that are cut inside a character.
    #[divan::bench(args = LENGTHS)]
    fn step_5_in_two_pieces(bencher: Bencher<'_, '_>, length: usize) {
        checks(bencher, length, |text| {
            let (one, other) = text.split_at(text.len() / 2);
            let mut utf8 = Utf8::default();
            utf8.push(one).is_ok() && utf8.push(other).is_ok() && utf8.finish().is_ok()
        });
    }

    #[divan::bench(args = LENGTHS)]
    fn simdutf8(bencher: Bencher<'_, '_>, length: usize) {
        checks(bencher, length, |text| simdutf8::basic::from_utf8(text).is_ok());
    }

    #[divan::bench(args = LENGTHS)]
    fn standard_library(bencher: Bencher<'_, '_>, length: usize) {
        checks(bencher, length, |text| str::from_utf8(text).is_ok());
    }
}

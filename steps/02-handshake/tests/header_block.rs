//! The request, collected from however many pieces it arrives in.

use clap::Parser;
use handshake::{Arrived, HeaderBlock, HeaderLimits, Refusal};
use proptest::prelude::*;

const REQUEST: &str = "GET /chat?room=7 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\r\n";
/// A masked frame behind it, with a line end and a blank line in its payload.
const FRAME: &[u8] = b"\x81\x84\0\0\0\0\r\n\r\n";

/// The result of reading a request, in a form that can be compared: the request and the bytes
/// behind it, or the reason for a refusal, or `None` if more bytes are needed.
type Outcome = Result<Option<(String, Vec<u8>)>, Refusal>;

/// Pushes pieces one after the other. Those behind the request are returned with it.
fn pushed<'a>(limits: HeaderLimits, pieces: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut block = HeaderBlock::new(limits);
    let mut pieces = pieces.into_iter();
    while let Some(piece) = pieces.next() {
        if let Some(Arrived { request, rest }) = block.push(piece)? {
            let rest = pieces.fold(rest, |rest, piece| [&rest, piece].concat());
            return Ok(Some((format!("{request:?}"), rest)));
        }
    }
    Ok(None)
}

fn whole(limits: HeaderLimits, bytes: &[u8]) -> Outcome {
    pushed(limits, [bytes])
}

/// RFC 6455 §4.2.1: the tutorials find the key with `startswith`, in this case and no other, and
/// cut each line at every colon (fault F2).
#[test]
fn a_header_is_found_in_any_case_and_its_value_is_not_cut() {
    let mut block = HeaderBlock::new(HeaderLimits::default());
    let bytes =
        b"GET / HTTP/1.1\r\nhOST: localhost:9002\r\nCOOKIE:\t a=b: c \r\nCookie: d=e\r\n\r\n";
    let request = block.push(bytes).unwrap().unwrap().request;
    assert_eq!(request.headers()["host"], "localhost:9002");
    let cookies: Vec<_> = request.headers().get_all("Cookie").iter().collect();
    assert_eq!(cookies, ["a=b: c", "d=e"]);
}

/// RFC 6455 §4.1: a client in a hurry sends its first frames before it has the answer.
#[test]
fn bytes_behind_the_request_are_kept() {
    let bytes = [REQUEST.as_bytes(), FRAME].concat();
    let (request, rest) = whole(HeaderLimits::default(), &bytes).unwrap().unwrap();
    assert!(request.contains("/chat?room=7"), "{request}");
    assert_eq!(rest, FRAME);
}

/// TCP cuts where it likes. One `recv` is not one request (fault F1).
#[test]
fn a_request_is_the_same_wherever_it_is_cut() {
    let limits = HeaderLimits { bytes: 200, lines: 4 };
    let long = REQUEST.replace("room=7", &"7".repeat(200));
    let behind_the_limit = format!("{}\n", "x".repeat(200));
    let requests: [&[u8]; 14] = [
        REQUEST.as_bytes(),
        &[REQUEST.as_bytes(), FRAME].concat(),
        &[REQUEST, REQUEST].concat().into_bytes(),
        b"\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\n\n",
        b"GET / HTTP/1.1\r\nHost: local\r\n host\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: local\0host\r\n\r\n",
        b"GET / HTTP/2.0\r\n\r\n",
        b"\r\n\r\n",
        b"GET / HTTP/1.1\r\na: 1\r\nb: 2\r\nc: 3\r\nd: 4\r\ne: 5\r\n\r\n",
        long.as_bytes(),
        behind_the_limit.as_bytes(),
    ];
    for request in requests {
        let shown = String::from_utf8_lossy(request);
        let expected = whole(limits, request);
        for cut in 0..=request.len() {
            let (front, back) = request.split_at(cut);
            assert_eq!(pushed(limits, [front, back]), expected, "cut at {cut}: {shown}");
        }
        assert_eq!(pushed(limits, request.chunks(1)), expected, "a byte at a time: {shown}");
    }
}

/// A block of the largest size, a byte at a time: each byte is searched once (a peer paid for all
/// of the block again with each byte in CVE-2023-43669).
#[test]
fn a_block_of_16_kib_arrives_a_byte_at_a_time() {
    let limits = HeaderLimits::default();
    let cookie = "c".repeat(limits.bytes - "GET / HTTP/1.1\r\nCookie: \r\n\r\n".len());
    let request = format!("GET / HTTP/1.1\r\nCookie: {cookie}\r\n\r\n");
    let outcome = pushed(limits, request.as_bytes().chunks(1));
    assert!(matches!(&outcome, Ok(Some((_, rest))) if rest.is_empty()));
    assert_eq!(outcome, whole(limits, request.as_bytes()));
}

/// RFC 6585 §5, and RFC 6455 §10.4: the limit is the last size that passes.
#[test]
fn one_byte_over_the_limit_is_too_large() {
    let limits = HeaderLimits { bytes: REQUEST.len(), ..HeaderLimits::default() };
    assert!(whole(limits, REQUEST.as_bytes()).unwrap().is_some());
    let limits = HeaderLimits { bytes: REQUEST.len() - 1, ..limits };
    let too_large = Err(Refusal::TooLarge(limits.bytes, "bytes"));
    assert_eq!(whole(limits, REQUEST.as_bytes()), too_large);
    // The limit is reached, and the blank line is not there: why wait for more?
    assert_eq!(whole(limits, &REQUEST.as_bytes()[..limits.bytes]), too_large);
    assert_eq!(whole(limits, &REQUEST.as_bytes()[..limits.bytes - 1]), Ok(None));
}

/// RFC 6585 §5.
#[test]
fn one_line_over_the_limit_is_too_large() {
    let request = |lines| format!("GET / HTTP/1.1\r\n{}\r\n", "Cookie: a=b\r\n".repeat(lines));
    let limits = HeaderLimits::default();
    assert!(whole(limits, request(64).as_bytes()).unwrap().is_some());
    let too_large = Err(Refusal::TooLarge(64, "header lines"));
    assert_eq!(whole(limits, request(65).as_bytes()), too_large);
}

#[derive(Parser)]
struct CommandLine {
    #[command(flatten)]
    limits: HeaderLimits,
}

/// A limit that accepts no request, or any, is a mistake.
#[test]
fn limits_that_make_no_sense_are_refused() {
    let read = |flag, value| CommandLine::try_parse_from(["server", flag, value]);
    for (flag, value) in [
        ("--max-header-bytes", "0"),
        ("--max-header-bytes", "511"),
        ("--max-header-bytes", "1048577"),
        ("--max-header-bytes", "-1"),
        ("--max-header-bytes", "16K"),
        ("--max-header-lines", "0"),
        ("--max-header-lines", "7"),
        ("--max-header-lines", "1025"),
    ] {
        assert!(read(flag, value).is_err(), "{flag} {value}");
    }
    assert_eq!(read("--max-header-bytes", "512").unwrap().limits.bytes, 512);
    assert_eq!(read("--max-header-lines", "8").unwrap().limits.lines, 8);
}

/// RFC 9112 §2.2: an empty line before the request is passed over, for clients that end the request
/// before with one too many. Two are refused.
#[test]
fn an_empty_line_before_the_request_is_passed_over() {
    let after_one = whole(HeaderLimits::default(), format!("\r\n{REQUEST}").as_bytes());
    assert_eq!(after_one, whole(HeaderLimits::default(), REQUEST.as_bytes()));
    let after_two = whole(HeaderLimits::default(), format!("\r\n\r\n{REQUEST}").as_bytes());
    let malformed = Refusal::Malformed("there is a blank line where the request should be");
    assert_eq!(after_two, Err(malformed));
}

/// Bytes that look like HTTP now and then.
fn almost_http() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        4 => Just(&b"GET / HTTP/1.1\r\n"[..]),
        6 => Just(&b"Host: localhost\r\n"[..]),
        6 => Just(&b"\r\n"[..]),
        1 => Just(&b"\n"[..]),
        1 => Just(&b"\r"[..]),
        1 => Just(&b" :"[..]),
        1 => Just(&b"\0\xff"[..]),
    ]
    .prop_map(<[u8]>::to_vec);
    let word = prop_oneof![20 => word, 1 => prop::collection::vec(any::<u8>(), 0..20)];
    prop::collection::vec(word, 0..12).prop_map(|words| words.concat())
}

proptest! {
    /// Whatever a stranger sends, nothing panics, no more is held than the limits say, and it does
    /// not matter how it was cut.
    #[test]
    fn any_bytes_are_accepted_within_the_limits_or_not_at_all(
        bytes in prop_oneof![almost_http(), prop::collection::vec(any::<u8>(), 0..300)],
        cut in 1..40_usize,
        limits in (0..120_usize, 0..5_usize),
    ) {
        let limits = HeaderLimits { bytes: limits.0, lines: limits.1 };
        let outcome = whole(limits, &bytes);
        // Nothing is a piece as well: with no bytes at all, it is the only one on either side.
        let pieces = std::iter::once(&bytes[..0]).chain(bytes.chunks(cut));
        prop_assert_eq!(&pushed(limits, pieces), &outcome);
        if let Ok(Some((_, rest))) = outcome {
            prop_assert!(bytes.len() - rest.len() <= limits.bytes);
            prop_assert!(bytes.ends_with(&rest));
            let arrived = HeaderBlock::new(limits).push(&bytes).unwrap().unwrap();
            prop_assert!(arrived.request.headers().len() <= limits.lines);
        }
    }
}

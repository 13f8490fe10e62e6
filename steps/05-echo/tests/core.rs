//! The protocol without IO: the same bytes in other pieces give the same messages and answers.

use echo::{CloseCode, CloseFrame, Endpoint, Failure, InvalidClose, Limits, Role};
use framing::{HeaderError, Opcode};
use proptest::prelude::*;
use support::{Delivered, converse, written};
use testkit::Frame;

mod support;

/// Frames as a client sends them, one after the other.
fn wire(frames: &[Frame]) -> Vec<u8> {
    frames
        .iter()
        .flat_map(|frame| frame.clone().masked_with([0x37, 0xfa, 0x21, 0x3d]).bytes())
        .collect()
}

fn server(bytes: &[u8]) -> (Vec<Delivered>, Vec<u8>) {
    converse(Role::Server, Limits::default(), None, [bytes])
}

fn text(payload: &str) -> Delivered {
    Delivered::Text(payload.to_owned())
}

/// Conversations with everything in them that a server must tell apart, and how they must end.
fn conversations() -> Vec<(&'static str, Vec<u8>, Vec<Delivered>)> {
    let failed = |failure| Delivered::Failed(failure);
    let header = |error| Delivered::Failed(Failure::Header(error));
    let mut unmasked = wire(&[Frame::text("before")]);
    unmasked.extend(Frame::text("without a mask").unmasked().bytes());
    vec![
        (
            "messages, whole and in fragments, with control frames between",
            wire(&[
                Frame::text("whole"),
                Frame::text("in thr").not_final(),
                Frame::ping("are you there?"),
                Frame::continuation("ee fra").not_final(),
                Frame::pong("nobody asked"),
                Frame::continuation("gments"),
                Frame::binary(vec![0xff, 0x00]).not_final(),
                Frame::continuation(vec![]).not_final(),
                Frame::continuation(vec![0xfe]),
                Frame::text(""),
                Frame::binary(vec![7; 300]),
                Frame::close(1000, "enough"),
                Frame::text("after the close"),
            ]),
            vec![
                text("whole"),
                text("in three fragments"),
                Delivered::Binary(vec![0xff, 0x00, 0xfe]),
                text(""),
                Delivered::Binary(vec![7; 300]),
                Delivered::Closed(Some(1000)),
            ],
        ),
        (
            "characters cut by fragments",
            wire(&[
                Frame::text(&b"\xe4\xbd"[..]).not_final(),
                Frame::ping(""),
                Frame::continuation(&b"\xa0\xe5\xa5"[..]).not_final(),
                Frame::continuation(&b"\xbd \xf0\x9f\x8e"[..]).not_final(),
                Frame::continuation(&b"\x89"[..]),
            ]),
            vec![text("你好 🎉")],
        ),
        (
            "a close that says nothing",
            wire(&[Frame::close_with("")]),
            vec![Delivered::Closed(None)],
        ),
        ("no mask", unmasked, vec![text("before"), header(HeaderError::NotMasked)]),
        (
            "a reserved bit, after a good message",
            wire(&[Frame::text("before"), Frame::text("compressed?").with_rsv(4)]),
            vec![text("before"), header(HeaderError::ReservedBit(1))],
        ),
        (
            "a continuation of nothing",
            wire(&[Frame::continuation("lost")]),
            vec![failed(Failure::NothingToContinue)],
        ),
        (
            "a message inside a message",
            wire(&[Frame::text("one").not_final(), Frame::binary("two")]),
            vec![failed(Failure::MessageUnfinished)],
        ),
        (
            "a ping in fragments",
            wire(&[Frame::ping("half").not_final()]),
            vec![header(HeaderError::FragmentedControl(Opcode::Ping))],
        ),
        (
            "a text that ends in the middle of a character",
            wire(&[Frame::text(&b"caf\xc3"[..])]),
            vec![failed(Failure::NotUtf8)],
        ),
        (
            "half a status code",
            wire(&[Frame::close_with("\x03")]),
            vec![failed(Failure::Close(InvalidClose::HalfACode))],
        ),
        (
            "a status code that is never sent",
            wire(&[Frame::close(1006, "")]),
            vec![failed(Failure::Close(InvalidClose::Code(1006)))],
        ),
        (
            "a close reason that is no text",
            wire(&[Frame::close_with(&b"\x03\xe8\xff"[..])]),
            vec![failed(Failure::Close(InvalidClose::Reason))],
        ),
    ]
}

// ANCHOR: every_split
/// RFC 6455 §5: how the bytes were cut does not matter. Only the headers tell where a frame ends.
#[test]
fn every_split_point_gives_the_same_events_and_the_same_answers() {
    for (name, bytes, expected) in conversations() {
        let (delivered, sent) = server(&bytes);
        assert_eq!(delivered, expected, "{name}");
        for split in 0..=bytes.len() {
            let (left, right) = bytes.split_at(split);
            let in_two = converse(Role::Server, Limits::default(), None, [left, right]);
            assert_eq!(in_two, (delivered.clone(), sent.clone()), "{name}, cut at {split}");
        }
        let bytewise = converse(Role::Server, Limits::default(), None, bytes.chunks(1));
        assert_eq!(bytewise, (delivered, sent), "{name}, a byte at a time");
    }
}
// ANCHOR_END: every_split

/// RFC 6455 §7.1.7: what came before the fault is answered, then the close with its status code;
/// and after it nothing.
#[test]
fn the_frames_before_a_fault_are_answered_and_none_after_it() {
    let (_, sent) = server(&wire(&[
        Frame::text("before"),
        Frame::continuation("the fault"),
        Frame::text("after"),
    ]));
    let (first, length) = Frame::read(&sent).unwrap();
    assert_eq!(first.into_text(), "before");
    let (second, end) = Frame::read(&sent[length..]).unwrap();
    assert_eq!(second.close_code(), 1002);
    assert_eq!(second.close_reason(), "a continuation without a message (§5.4)");
    assert_eq!(length + end, sent.len());
}

/// RFC 6455 §8.1 and Autobahn's cases 6.4: not at the end of the frame, but at the first byte after
/// which no text could follow. The rest of the frame is never sent here.
#[test]
fn a_text_fails_at_the_first_impossible_byte() {
    let impossible: [&[u8]; 8] = [
        b"\x80",         // a continuation byte, and nothing to continue
        b"\xc0",         // would write an ASCII character in two bytes
        b"\xc3\x28",     // the second byte is none
        b"\xe0\x80",     // overlong
        b"\xed\xa0",     // half of a surrogate pair
        b"\xf0\x80",     // overlong
        b"\xf4\x90",     // beyond the last character
        b"\xce\xba\xff", // a good character, and a byte that is in none
    ];
    for bad in impossible {
        for split in 0..bad.len() {
            // A frame of 100 bytes, of which these are the first, in two pieces.
            let mut bytes = vec![0x81, 0x80 | 0x64, 0, 0, 0, 0];
            let header = bytes.len();
            bytes.extend_from_slice(bad);
            let (last, good) = bytes.split_last().unwrap();
            let pieces = [
                &good[..header + split.min(good.len() - header)],
                &good[header + split.min(good.len() - header)..],
            ];
            let (delivered, _) = converse(Role::Server, Limits::default(), None, pieces);
            assert_eq!(delivered, [], "{bad:02x?} without its last byte could still become a text");
            let (delivered, _) = converse(
                Role::Server,
                Limits::default(),
                None,
                [pieces[0], pieces[1], std::slice::from_ref(last)],
            );
            assert_eq!(delivered, [Delivered::Failed(Failure::NotUtf8)], "{bad:02x?}");
        }
    }
}

/// RFC 6455 §10.4: a length that is declared costs nothing, and one over the limit fails before a
/// byte of payload comes.
#[test]
fn a_declared_length_over_the_limit_fails_at_once() {
    for length in [16 * 1024 * 1024 + 1, 1 << 40, u64::MAX >> 1] {
        let mut bytes = vec![0x82, 0xff];
        bytes.extend(u64::to_be_bytes(length));
        bytes.extend([0, 0, 0, 0]);
        let failure = Failure::MessageTooBig(16 * 1024 * 1024);
        assert_eq!(server(&bytes).0, [Delivered::Failed(failure)], "{length}");
    }
}

/// RFC 6455 §10.4: a message of just the limit is accepted.
#[test]
fn one_frame_may_be_as_long_as_the_limit() {
    let limits = Limits { message: 10, ..Limits::default() };
    let delivered =
        |payload| converse(Role::Server, limits, None, [&wire(&[Frame::text(payload)])[..]]).0;
    assert_eq!(delivered("1234567890"), [text("1234567890")]);
    assert_eq!(delivered("12345678901"), [Delivered::Failed(Failure::MessageTooBig(10))]);
}

/// RFC 6455 §7.4.1: the status code tells the peer what kind of fault it was.
#[test]
fn each_failure_has_its_status_code() {
    for (failure, number) in [
        (Failure::Header(HeaderError::NotMasked), 1002),
        (Failure::NothingToContinue, 1002),
        (Failure::Close(InvalidClose::HalfACode), 1002),
        (Failure::Close(InvalidClose::Code(1006)), 1002),
        (Failure::Close(InvalidClose::Reason), 1007),
        (Failure::NotUtf8, 1007),
        (Failure::NotDeflated, 1007),
        (Failure::TooManyFragments(1), 1008),
        (Failure::MessageTooBig(1), 1009),
    ] {
        assert_eq!(failure.code().number(), number, "{failure}");
    }
}

/// RFC 6455 §5.4 and §10.4: fragments add up.
#[test]
fn fragments_count_together_against_the_limit() {
    let limits = Limits { message: 10, ..Limits::default() };
    let just_right = wire(&[Frame::text("12345").not_final(), Frame::continuation("67890")]);
    assert_eq!(converse(Role::Server, limits, None, [&just_right[..]]).0, [text("1234567890")]);
    let too_big = wire(&[Frame::text("12345").not_final(), Frame::continuation("678901")]);
    let failure = Delivered::Failed(Failure::MessageTooBig(10));
    assert_eq!(converse(Role::Server, limits, None, [&too_big[..]]).0, [failure]);
}

/// RFC 6455 §10.4: an empty fragment has no bytes to count, so it is counted itself.
#[test]
fn empty_fragments_do_not_go_on_for_ever() {
    let limits = Limits { fragments: 1000, ..Limits::default() };
    let mut frames = vec![Frame::text("").not_final()];
    frames.resize(1000, Frame::continuation("").not_final());
    let thousand = wire(&frames);
    assert_eq!(converse(Role::Server, limits, None, [&thousand[..]]).0, []);
    frames.push(Frame::continuation(""));
    let failure = Delivered::Failed(Failure::TooManyFragments(1000));
    assert_eq!(converse(Role::Server, limits, None, [&wire(&frames)[..]]).0, [failure]);
}

/// RFC 6455 §5.1: a client refuses what a server has masked.
#[test]
fn a_client_refuses_a_masked_frame() {
    let (delivered, _) =
        converse(Role::Client, Limits::default(), None, [&wire(&[Frame::text("hi")])[..]]);
    assert_eq!(delivered, [Delivered::Failed(Failure::Header(HeaderError::Masked))]);
}

/// RFC 6455 §7.4: the codes that a close frame may carry, all 65,536 of them tried.
#[test]
fn just_the_defined_and_the_free_status_codes_are_accepted() {
    for code in 0..=u16::MAX {
        let allowed = matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
        let expected = if allowed {
            Delivered::Closed(Some(code))
        } else {
            Delivered::Failed(Failure::Close(InvalidClose::Code(code)))
        };
        assert_eq!(server(&wire(&[Frame::close(code, "")])).0, [expected]);
    }
}

/// RFC 6455 §5.5.3: of many pings, only the latest has to be answered. So what waits is bounded,
/// also with other frames between the pings.
#[test]
fn a_flood_of_pings_is_answered_with_a_bounded_number_of_pongs() {
    for message in [None, Some(Frame::text("!"))] {
        let pings = (0..10_000u32).map(|count| Frame::ping(count.to_be_bytes()));
        let frames: Vec<Frame> =
            pings.flat_map(|ping| std::iter::once(ping).chain(message.clone())).collect();
        let (delivered, sent) = server(&wire(&frames));
        let echoes = 3 * delivered.len();
        assert_eq!(delivered.len(), frames.len() - 10_000);
        assert!(sent.len() - echoes <= 129 * 6, "{} bytes of pongs", sent.len() - echoes);
        let last = &sent[sent.len() - 6..];
        assert_eq!(last, [0x8a, 4, 0, 0, 0x27, 0x0f], "the last pong answers the last ping, 9,999");
    }
}

/// RFC 6455 §5.5.3: the answer to the latest ping is sent before the close, and nothing after it.
#[test]
fn a_close_comes_after_the_last_pong_and_before_nothing() {
    let mut frames: Vec<Frame> = (0..1000u32).map(|n| Frame::ping(n.to_be_bytes())).collect();
    frames.push(Frame::close(1000, ""));
    let (_, sent) = server(&wire(&frames));
    assert!(sent.ends_with(b"\x8a\x04\0\0\x03\xe7\x88\x02\x03\xe8"));

    let mut endpoint = Endpoint::new(Role::Server, Limits::default(), Vec::new(), None);
    let close = CloseFrame { code: CloseCode::NORMAL, reason: "enough" };
    endpoint.outbound().close(Some(close));
    endpoint.receive(&wire(&frames));
    assert!(endpoint.advance().is_err(), "the peer closes too");
    assert_eq!(written(&mut endpoint), b"\x88\x08\x03\xe8enough");
}

/// RFC 6455 §5.5 and §5.5.1: a close frame has at most 125 bytes, and two of them are the status code. A
/// longer reason is cut off, but not in the middle of a character.
#[test]
fn a_reason_that_is_too_long_is_cut_off() {
    for (reason, kept) in [
        ("x".repeat(123), 123),
        ("x".repeat(124), 123),
        ("x".repeat(1000), 123),
        ("ä".repeat(62), 122),
    ] {
        let mut endpoint = Endpoint::new(Role::Server, Limits::default(), Vec::new(), None);
        let outbound = endpoint.outbound();
        assert!(!outbound.is_closed());
        outbound.close(Some(CloseFrame { code: CloseCode::NORMAL, reason: &reason }));
        assert!(outbound.is_closed());
        let (frame, length) = Frame::read(outbound.pending()).unwrap();
        assert_eq!((frame.close_code(), frame.close_reason()), (1000, &reason[..kept]));
        assert_eq!(length, outbound.pending().len());
    }
}

/// An idle connection owns no buffer: after a rest, another connection of the thread reads into it.
#[test]
fn connections_that_rest_share_a_buffer() {
    let new = || Endpoint::new(Role::Server, Limits::default(), Vec::new(), None);
    let (mut one, mut other) = (new(), new());
    let place = one.buffer().get_ref().as_ptr();
    assert_ne!(other.buffer().get_ref().as_ptr(), place);
    other.rest();
    one.rest();
    assert_eq!(other.buffer().get_ref().as_ptr(), place);
}

/// RFC 6455 §5.5.3: each ping has its pong in its place, as long as not too many wait.
#[test]
fn pings_between_messages_are_all_answered() {
    let pair = [Frame::ping("?"), Frame::text("!")];
    let (delivered, sent) = server(&wire(&pair).repeat(128));
    assert_eq!(delivered.len(), 128);
    assert_eq!(sent, b"\x8a\x01?\x81\x01!".repeat(128));
}

proptest! {
    /// Whatever comes in, however it is cut: no panic, and the same outcome.
    #[test]
    fn any_bytes_in_any_pieces_have_one_outcome(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        cuts in proptest::collection::vec(1usize..40, 1..20),
    ) {
        prop_assert_eq!(in_pieces(&bytes, &cuts), server(&bytes));
    }

    // ANCHOR: any_frames
    /// The same for frames that are right, or nearly right: random bytes are seldom a valid header.
    #[test]
    fn any_frames_in_any_pieces_have_one_outcome(
        frames in proptest::collection::vec(any_frame(), 1..12),
        cuts in proptest::collection::vec(1usize..90, 1..20),
    ) {
        let bytes = wire(&frames);
        prop_assert_eq!(in_pieces(&bytes, &cuts), server(&bytes));
    }
    // ANCHOR_END: any_frames

    /// A valid text is accepted however it is fragmented, and an invalid one fails wherever it is
    /// cut.
    #[test]
    fn fragments_are_put_together_as_they_were_cut(
        payload in prop_oneof![
            any::<String>().prop_map(String::into_bytes),
            proptest::collection::vec(any::<u8>(), 0..60),
        ],
        cuts in proptest::collection::vec(0usize..20, 1..6),
    ) {
        let mut rest = &payload[..];
        let mut frames = Vec::new();
        for cut in cuts {
            let (piece, behind) = rest.split_at(cut.min(rest.len()));
            frames.push(Frame::continuation(piece).not_final());
            frames.push(Frame::ping("between"));
            rest = behind;
        }
        frames.push(Frame::continuation(rest));
        frames[0].opcode = testkit::Opcode::Text;
        let outcome = server(&wire(&frames)).0.pop();
        let expected = match String::from_utf8(payload) {
            Ok(text) => Delivered::Text(text),
            Err(_) => Delivered::Failed(Failure::NotUtf8),
        };
        prop_assert_eq!(outcome, Some(expected));
    }
}

/// Runs `bytes` in pieces of the sizes `cuts`, over and over.
fn in_pieces(bytes: &[u8], cuts: &[usize]) -> (Vec<Delivered>, Vec<u8>) {
    let mut pieces = Vec::new();
    let mut rest = bytes;
    for cut in cuts.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, behind) = rest.split_at((*cut).min(rest.len()));
        pieces.push(piece);
        rest = behind;
    }
    converse(Role::Server, Limits::default(), None, pieces)
}

// ANCHOR: any_frame
fn any_frame() -> impl Strategy<Value = Frame> {
    let payload = proptest::collection::vec(any::<u8>(), 0..140);
    (0u8..16, any::<bool>(), payload, 0u8..40).prop_map(|(opcode, fin, payload, rsv)| {
        let opcode = testkit::Opcode::from_bits(if opcode > 10 { opcode - 10 } else { opcode });
        let frame = Frame::new(opcode, payload);
        let frame = if fin { frame } else { frame.not_final() };
        if rsv == 1 { frame.with_rsv(1) } else { frame }
    })
}
// ANCHOR_END: any_frame

//! permessage-deflate (RFC 7692): the negotiation, and compressed messages in both directions.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use echo::{
    Agreement, CloseCode, Compression, Encoded, Ending, Endpoint, Failure, Limits, Message,
    Progress, Role,
};
use http::HeaderMap;
use http::header::SEC_WEBSOCKET_EXTENSIONS;
use proptest::prelude::*;
use support::{Delivered, converse};
use testkit::Frame;

mod support;

/// Returns our answer to these header lines.
fn answer(compression: Compression, lines: &[&str]) -> Option<String> {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(SEC_WEBSOCKET_EXTENSIONS, line.parse().unwrap());
    }
    compression.accept(&headers).map(|agreed| agreed.to_string())
}

/// §7.1: the first valid offer is answered, with the parameters that it needs.
#[test]
fn an_offer_is_answered_with_what_was_agreed() {
    for (offer, expected) in [
        ("permessage-deflate", "permessage-deflate"),
        ("permessage-deflate; client_max_window_bits", "permessage-deflate"),
        (
            "permessage-deflate; client_max_window_bits=10",
            "permessage-deflate; client_max_window_bits=10",
        ),
        ("permessage-deflate;client_max_window_bits=8", "permessage-deflate"),
        (
            "permessage-deflate; server_max_window_bits=9",
            "permessage-deflate; server_max_window_bits=9",
        ),
        (
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
        ),
        ("x-webkit-deflate-frame, permessage-deflate", "permessage-deflate"),
    ] {
        assert_eq!(answer(Compression::On, &[offer]).as_deref(), Some(expected), "{offer}");
        assert_eq!(answer(Compression::Off, &[offer]), None);
    }
    let fresh = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    // Whether the client asked for it or not.
    for offer in ["permessage-deflate", fresh] {
        let answer = answer(Compression::NoContextTakeover, &[offer]);
        assert_eq!(answer.as_deref(), Some(fresh), "{offer}");
    }
}

/// §7.1: an invalid offer is declined, and the next one is considered.
#[test]
fn an_offer_with_a_fault_is_declined_and_the_next_one_considered() {
    for parameter in [
        "unknown",
        "server_no_context_takeover; server_no_context_takeover",
        "client_max_window_bits; client_max_window_bits=10",
        "server_no_context_takeover=1",
        "server_max_window_bits",
        "server_max_window_bits=7",
        "server_max_window_bits=16",
        "server_max_window_bits=08",
        "server_max_window_bits=\"10\"",
        "client_max_window_bits=",
        "client_max_window_bits=+9",
        "",
    ] {
        let offer = format!("permessage-deflate; {parameter}");
        assert_eq!(answer(Compression::On, &[&offer]), None, "{offer}");
        let two = format!("{offer}, permessage-deflate; server_max_window_bits=12");
        let second = "permessage-deflate; server_max_window_bits=12";
        assert_eq!(answer(Compression::On, &[&two]).as_deref(), Some(second), "{two}");
        let lines = [offer.as_str(), "permessage-deflate"];
        assert_eq!(answer(Compression::On, &lines).as_deref(), Some("permessage-deflate"));
    }
}

/// Creates an endpoint with this agreement.
fn endpoint(role: Role, agreed: Agreement) -> Endpoint {
    Endpoint::new(role, Limits::default(), Vec::new(), Some(agreed))
}

/// Creates a client with this limit, and with context takeover in both directions.
fn client(max: usize) -> Endpoint {
    let limits = Limits { message: max, ..Limits::default() };
    Endpoint::new(Role::Client, limits, Vec::new(), Some(Agreement::default()))
}

/// Returns a frame of a server.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    if let Ok(length @ 0..=125) = u8::try_from(payload.len()) {
        frame.push(length);
    } else {
        frame.push(126);
        frame.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
    }
    frame.extend_from_slice(payload);
    frame
}

/// Returns the messages in these bytes as texts.
fn texts(endpoint: &mut Endpoint, bytes: &[u8]) -> Result<Vec<String>, Failure> {
    endpoint.receive(bytes);
    let mut texts = Vec::new();
    loop {
        match endpoint.advance() {
            Ok(Progress::NeedsBytes) | Err(Ending::Closed(_)) => return Ok(texts),
            Err(Ending::Failed(failure)) => return Err(failure),
            Ok(Progress::Message) => {
                let payload = endpoint.message().0.payload();
                texts.push(String::from_utf8_lossy(payload).into_owned());
            }
        }
    }
}

/// The examples of §7.2.3, byte by byte: one block, fragments, a second message that refers to the
/// first, a block without compression, a final block, and two blocks.
#[test]
fn the_examples_of_the_standard_are_understood() {
    let hello = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
    let mut both = client(1000);
    assert_eq!(texts(&mut both, &frame(0xc1, &hello)).unwrap(), ["Hello"]);
    let again = [0xf2, 0x00, 0x11, 0x00, 0x00];
    assert_eq!(texts(&mut both, &frame(0xc1, &again)).unwrap(), ["Hello"]);
    let fragments = [frame(0x41, &hello[..3]), frame(0x80, &hello[3..])].concat();
    assert_eq!(texts(&mut client(1000), &fragments).unwrap(), ["Hello"]);
    for payload in [
        &[0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00][..],
        &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00],
        &[0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00],
    ] {
        let twice = [frame(0xc1, payload), frame(0xc1, &hello)].concat();
        let mut inbound = client(1000);
        assert_eq!(texts(&mut inbound, &twice).unwrap()[0], "Hello", "{payload:02x?}");
    }
}

/// §7.2.3.4: a sender may end the DEFLATE stream with a final block. The message may still go on with
/// fragments that have no payload.
#[test]
fn an_empty_fragment_may_follow_a_final_block() {
    let hello = [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
    let fragments = [frame(0x41, &hello), frame(0x00, &[]), frame(0x80, &[])].concat();
    assert_eq!(texts(&mut client(1000), &fragments).unwrap(), ["Hello"]);
}

/// §7.2: a message that is not compressed does not change the window.
#[test]
fn a_plain_message_between_two_compressed_ones_changes_nothing() {
    let hello = frame(0xc1, &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]);
    let again = frame(0xc1, &[0xf2, 0x00, 0x11, 0x00, 0x00]);
    let all = [hello, frame(0x81, b"plain"), frame(0x89, b"ping"), again].concat();
    assert_eq!(texts(&mut client(1000), &all).unwrap(), ["Hello", "plain", "Hello"]);
}

/// §6: RSV1 is allowed on the first frame of a message, and not on a control frame.
#[test]
fn rsv1_anywhere_else_is_1002() {
    for bytes in [
        frame(0xc9, b"ping"),
        [frame(0x41, b"\xf2"), frame(0xc0, b"\x00")].concat(),
        [frame(0x01, b"x"), frame(0xc0, b"y")].concat(),
    ] {
        let failure = texts(&mut client(1000), &bytes).unwrap_err();
        assert_eq!(failure.code(), CloseCode::PROTOCOL_ERROR);
    }
    let mut strict = Endpoint::new(Role::Client, Limits::default(), Vec::new(), None);
    let failure = texts(&mut strict, &frame(0xc1, b"x")).unwrap_err();
    assert_eq!(failure.code(), CloseCode::PROTOCOL_ERROR);
}

/// §7.2.2: a payload that cannot be inflated is answered with 1007, and so is a text that is not UTF-8
/// afterwards.
#[test]
fn a_broken_stream_is_1007() {
    for payload in [&b"\xff\xff\xff\xff"[..], b"\x02\xfe\xff", b"\x07"] {
        let failure = texts(&mut client(1000), &frame(0xc1, payload)).unwrap_err();
        assert_eq!(failure.code(), CloseCode::INVALID_PAYLOAD, "{payload:02x?}");
    }
    let not_utf8 = [0x00, 0x01, 0x00, 0xfe, 0xff, 0xff, 0x00];
    let failure = texts(&mut client(1000), &frame(0xc1, &not_utf8)).unwrap_err();
    assert_eq!(failure, Failure::NotUtf8);
}

/// RFC 6455 §10.4: the limit is compared with the length of the inflated message.
#[test]
fn a_message_that_inflates_over_the_limit_is_1009() {
    let mut sender = endpoint(Role::Server, Agreement::default());
    let outbound = sender.outbound();
    outbound.message(Message::Binary(&vec![0; 10_000_000]));
    assert!(outbound.pending().len() < 100_000);
    let bytes = outbound.pending().to_vec();
    let failure = texts(&mut client(1_000_000), &bytes).unwrap_err();
    assert_eq!(failure, Failure::MessageTooBig(1_000_000));
    assert_eq!(texts(&mut client(10_000_000), &bytes).unwrap()[0].len(), 10_000_000);
}

/// A message for many connections is compressed once for all that have no context takeover, and once
/// for each of the others.
#[test]
fn a_message_for_many_is_understood_by_each() {
    let texts_said: Vec<String> =
        ["short".to_owned(), "again and ".repeat(50), "again and ".repeat(50)].into();
    let encoded: Vec<Encoded> =
        texts_said.iter().map(|text| Encoded::new(Message::Text(text.as_bytes()))).collect();
    let in_one_piece = Encoded::texts(&texts_said, |text, buffer| buffer.extend(text.bytes()));
    for agreed in [
        Agreement::default(),
        Agreement { server_no_context_takeover: true, ..Agreement::default() },
        Agreement {
            server_no_context_takeover: true,
            server_max_window_bits: Some(10),
            ..Agreement::default()
        },
        Agreement { server_max_window_bits: Some(8), ..Agreement::default() },
    ] {
        // In single messages, and in one piece.
        for encoded in [&encoded[..], std::slice::from_ref(&in_one_piece)] {
            let mut sender = endpoint(Role::Server, agreed);
            let outbound = sender.outbound();
            for message in encoded {
                outbound.encoded(message);
            }
            let mut inbound = endpoint(Role::Client, agreed);
            let is_smaller = outbound.pending().len() < 300;
            assert_eq!(is_smaller, agreed.server_max_window_bits != Some(8), "{agreed}");
            assert_eq!(texts(&mut inbound, outbound.pending()).unwrap(), texts_said, "{agreed}");
        }
    }
}

/// A message for many connections is compressed once: all connections without context takeover send
/// the same bytes, and not only equal ones.
#[test]
fn connections_without_context_takeover_share_the_compressed_bytes() {
    let fresh = Agreement { server_no_context_takeover: true, ..Agreement::default() };
    let encoded = Encoded::new(Message::Text(&[b'x'; 1000]));
    let (mut one, mut other) = (endpoint(Role::Server, fresh), endpoint(Role::Server, fresh));
    let shared = one.outbound().shared_bytes(&encoded).unwrap();
    assert!(shared.len() < 100);
    assert!(std::ptr::eq(shared, other.outbound().shared_bytes(&encoded).unwrap()));
    let small_window = Agreement { server_max_window_bits: Some(9), ..fresh };
    for agreed in [Agreement::default(), small_window] {
        assert_eq!(endpoint(Role::Server, agreed).outbound().shared_bytes(&encoded), None);
    }
}

/// A short message would hardly become shorter, so it is sent as it is.
#[test]
fn a_short_message_is_not_compressed() {
    for length in [0, 1, 5, 20] {
        let text = &b"aaaaaaaaaaaaaaaaaaaa"[..length];
        let mut sender = endpoint(Role::Server, Agreement::default());
        sender.outbound().message(Message::Text(text));
        assert_eq!(sender.outbound().pending(), frame(0x81, text));
    }
}

/// §7.1.1: without context takeover, the same message is sent twice in the same bytes, and a received
/// message must not refer to an earlier one.
#[test]
fn without_context_takeover_each_message_stands_by_itself() {
    let fresh = Agreement { server_no_context_takeover: true, ..Agreement::default() };
    let text = "again and ".repeat(50);
    let mut sender = endpoint(Role::Server, fresh);
    let outbound = sender.outbound();
    outbound.message(Message::Text(text.as_bytes()));
    let first = outbound.pending().to_vec();
    outbound.message(Message::Text(text.as_bytes()));
    assert_eq!(outbound.pending(), [first.clone(), first].concat());

    let hello = frame(0xc1, &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]);
    let pointing_back = frame(0xc1, &[0xf2, 0x00, 0x11, 0x00, 0x00]);
    let mut inbound = endpoint(Role::Client, fresh);
    assert_eq!(texts(&mut inbound, &hello).unwrap(), ["Hello"]);
    assert_eq!(texts(&mut inbound, &pointing_back).unwrap_err(), Failure::NotDeflated);
}

/// Bytes that compression cannot make shorter are sent uncompressed without context takeover. With
/// context takeover, the peer needs the compressed bytes, because later messages refer to them.
#[test]
fn a_message_that_compression_would_make_longer_is_sent_as_it_is() {
    // A sequence in which no three bytes in a row occur twice.
    let noise: Vec<u8> =
        (0..1000_u32).map(|number| u8::try_from(number * number / 7 % 251).unwrap()).collect();
    let compressible = vec![b'x'; 1000];
    let encoded = Encoded::new(Message::Binary(&noise));
    for is_fresh in [false, true] {
        let agreed = Agreement { server_no_context_takeover: is_fresh, ..Agreement::default() };
        let sent = |send: &dyn Fn(&mut echo::Outbound)| {
            let mut sender = endpoint(Role::Server, agreed);
            let outbound = sender.outbound();
            send(outbound);
            outbound.pending().to_vec()
        };
        let plain = frame(0x82, &noise);
        assert_eq!(sent(&|outbound| outbound.message(Message::Binary(&noise))) == plain, is_fresh);
        assert_eq!(sent(&|outbound| outbound.encoded(&encoded)) == plain, is_fresh);
        assert!(sent(&|outbound| outbound.message(Message::Binary(&compressible))).len() < 100);
    }
}

/// §7.1.1: a message that was compressed for many connections is in no compressor's window. So it must
/// not be sent on a connection with context takeover.
#[test]
fn a_message_for_many_keeps_the_windows_of_both_sides_alike() {
    let own = "a sentence for one of them, which is long enough to be worth compressing";
    let for_all = "and another one for them all, which is just as long as the one before it";
    let encoded = Encoded::new(Message::Text(for_all.as_bytes()));
    let mut sender = endpoint(Role::Server, Agreement::default());
    let outbound = sender.outbound();
    outbound.message(Message::Text(own.as_bytes()));
    outbound.encoded(&encoded);
    outbound.message(Message::Text(own.as_bytes()));
    let heard = texts(&mut client(1000), outbound.pending()).unwrap();
    assert_eq!(heard, [own, for_all, own]);
}

/// §7.1.2.1: a client with a small window gets no references that go further back.
#[test]
fn a_message_for_many_keeps_to_a_small_window() {
    let mut state = 1_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_be_bytes()[0]
    })
    .take(2000)
    .collect();
    let encoded = Encoded::new(Message::Binary(&[&noise[..], &noise[..]].concat()));
    let sent = |server_max_window_bits| {
        let mut sender = endpoint(
            Role::Server,
            Agreement {
                server_no_context_takeover: true,
                server_max_window_bits,
                ..Agreement::default()
            },
        );
        let outbound = sender.outbound();
        outbound.encoded(&encoded);
        outbound.pending().len()
    };
    assert!(sent(None) < 3000, "the second half is told as a repetition");
    assert!(sent(Some(10)) > 4000, "it is too far away to be told as one");
}

fn agreement() -> impl Strategy<Value = Agreement> {
    let bits = || prop::option::of(8_u8..=15);
    (any::<bool>(), any::<bool>(), bits(), bits()).prop_map(
        |(
            server_no_context_takeover,
            client_no_context_takeover,
            server_max_window_bits,
            client_max_window_bits,
        )| Agreement {
            server_no_context_takeover,
            client_no_context_takeover,
            server_max_window_bits,
            client_max_window_bits,
        },
    )
}

/// RFC 6455 §8.1: a compressed text is checked while it is inflated, and a character may be cut
/// anywhere.
#[test]
fn a_compressed_text_may_be_cut_within_its_characters() {
    let text: String = ('α'..'ω').chain('あ'..'ん').chain('🌀'..'🍏').collect();
    let mut sender = endpoint(Role::Client, Agreement::default());
    let outbound = sender.outbound();
    outbound.message(Message::Text(text.as_bytes()));
    let mut inbound = endpoint(Role::Server, Agreement::default());
    let pieces = outbound.pending().chunks(1);
    let heard: Vec<String> = pieces.flat_map(|piece| texts(&mut inbound, piece).unwrap()).collect();
    assert_eq!(heard, [text]);
}

/// Returns what a server with context takeover delivers and sends when it receives these pieces.
fn server<'a>(
    limits: Limits,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Delivered>, Vec<u8>) {
    converse(Role::Server, limits, Some(Agreement::default()), pieces)
}

/// Returns a compressed message in one frame, with a masking key of zeros.
fn compressed(opcode: testkit::Opcode, payload: &[u8]) -> Vec<u8> {
    Frame::new(opcode, payload).with_rsv(4).masked_with([0; 4]).bytes()
}

/// RFC 7692 §7.2.1: the four bytes that the sender removed must complete an empty block. Behind a
/// message that was cut off, they would become a part of it: none of these senders sent "Hellh".
#[test]
fn a_compressed_message_that_was_cut_off_fails() {
    for (what, bytes) in [
        ("in a fixed block", &b"\xc1\x85\0\0\0\0\xf2\x48\xcd\xc9\xc9"[..]),
        ("in a stored block", b"\xc2\x86\0\0\0\0\x00\x05\x00\xfa\xff\x48"),
        ("after three bits and a half code", b"\xc2\x81\0\0\0\0\xf2"),
        ("in the lengths of a stored block", b"\xc2\x83\0\0\0\0\x00\x05\x00"),
        ("before the end of a fixed block", b"\xc1\x86\0\0\0\0\xf2\x48\xcd\xc9\xc9\x07"),
        ("in the header of a dynamic block", b"\xc2\x83\0\0\0\0\x04\xc0\x81"),
    ] {
        let expected = vec![Delivered::Failed(Failure::NotDeflated)];
        assert_eq!(server(Limits::default(), [bytes]).0, expected, "{what}");
        assert_eq!(server(Limits::default(), bytes.chunks(1)).0, expected, "{what}, bytewise");
    }
}

/// A valid message is cut off at every byte. No beginning of it is delivered as a message.
#[test]
fn no_beginning_of_a_compressed_message_is_delivered() {
    let text = "a text with repetitions, repetitions and a few more repetitions; ".repeat(3);
    let mut sender = endpoint(Role::Server, Agreement::default());
    sender.outbound().message(Message::Text(text.as_bytes()));
    let (frame, _) = Frame::read(sender.outbound().pending()).unwrap();
    let payload = frame.payload;
    let whole = server(Limits::default(), [&compressed(testkit::Opcode::Text, &payload)[..]]).0;
    assert_eq!(whole, [Delivered::Text(text)]);
    for cut in 1..payload.len() {
        let bytes = compressed(testkit::Opcode::Text, &payload[..cut]);
        let delivered = server(Limits::default(), [&bytes[..]]).0;
        assert_eq!(delivered, [Delivered::Failed(Failure::NotDeflated)], "cut at {cut}");
    }
}

/// The first fault in the order of the message is reported, in whatever pieces the bytes arrive: a
/// byte over the limit, a byte that is not UTF-8, or invalid DEFLATE.
#[test]
fn the_first_fault_of_a_compressed_message_fails_it_however_it_is_cut() {
    let too_big = |limit| Failure::MessageTooBig(limit);
    for (limit, bytes, expected) in [
        (1, &b"\xc1\x87\0\0\0\0\x00\x02\x00\xfd\xff\xff\xff"[..], Failure::NotUtf8),
        (1, b"\xc1\x88\0\0\0\0\x00\x02\x00\xfd\xff\x61\x61\x07", too_big(1)),
        (4096, b"\xc1\x87\0\0\0\0\x00\x01\x00\xfe\xff\xff\x07", Failure::NotUtf8),
        (2, b"\xc1\x88\0\0\0\0\x00\x02\x00\xfd\xff\x61\x61\x07", Failure::NotDeflated),
    ] {
        let limits = Limits { message: limit, ..Limits::default() };
        let expected = vec![Delivered::Failed(expected)];
        assert_eq!(server(limits, [bytes]).0, expected, "{bytes:02x?}");
        assert_eq!(server(limits, bytes.chunks(1)).0, expected, "{bytes:02x?}, bytewise");
    }
}

/// RFC 1951 §3.2.6: a fixed code takes up to 9 bits for a byte. So a message within the limit may be
/// longer when it is compressed, in one frame as well as in two.
#[test]
fn a_message_that_compression_made_longer_is_accepted() {
    const LENGTH: usize = 3_760;
    // One block of fixed codes: three bits of header, 9 bits for each byte from 144 to 255, and the
    // end of the block; then the header of the empty block whose rest is removed.
    let mut bits = vec![false, true, false];
    for index in 0..LENGTH {
        let byte = 144 + index % 112;
        let code = 0b1_1001_0000 + (byte - 144);
        bits.extend((0..9).rev().map(|bit| code >> bit & 1 == 1));
    }
    bits.extend([false; 7 + 3]);
    let payload: Vec<u8> = bits
        .chunks(8)
        .map(|byte| (0..).zip(byte).map(|(place, &bit)| u8::from(bit) << place).sum())
        .collect();
    assert!(payload.len() > 4_200);
    let limits = Limits { message: 4_096, ..Limits::default() };
    let message = (0..LENGTH).map(|index| u8::try_from(144 + index % 112).unwrap()).collect();
    let expected = [Delivered::Binary(message)];
    let one = compressed(testkit::Opcode::Binary, &payload);
    assert_eq!(server(limits, [&one[..]]).0, expected);
    let (first, second) = payload.split_at(2_000);
    let first = Frame::binary(first).with_rsv(4).not_final().masked_with([0; 4]).bytes();
    let second = Frame::continuation(second).masked_with([1, 2, 3, 4]).bytes();
    assert_eq!(server(limits, [&first[..], &second[..]]).0, expected);
}

/// RFC 6455 §10.4: empty blocks give no output, and a message of empty blocks must have an end.
#[test]
fn a_compressed_message_of_empty_blocks_is_over_the_limit_at_last() {
    let limits = Limits { message: 1_000, ..Limits::default() };
    let blocks = b"\x00\x00\x00\xff\xff".repeat(200);
    let fragment = |frame: Frame| frame.masked_with([0; 4]).bytes();
    let mut bytes = fragment(Frame::text(&blocks[..]).with_rsv(4).not_final());
    bytes.extend(fragment(Frame::continuation(&blocks[..]).not_final()));
    // A message of a thousand bytes may have three thousand when it is compressed, but not four.
    let last = &blocks[..blocks.len() - 4];
    let short = [&bytes[..], &fragment(Frame::continuation(last))].concat();
    assert_eq!(server(limits, [&short[..]]).0, [Delivered::Text(String::new())]);
    bytes.extend(fragment(Frame::continuation(&blocks[..]).not_final()));
    let long = [&bytes[..], &fragment(Frame::continuation(last))].concat();
    let too_big = Failure::MessageTooBig(1_000);
    assert_eq!(server(limits, [&long[..]]).0, [Delivered::Failed(too_big)]);
}

proptest! {
    /// With every agreement, and in whatever pieces the bytes arrive, the received messages are those
    /// that were sent, in both directions.
    #[test]
    fn messages_come_out_as_they_went_in(
        agreed in agreement(),
        from_server: bool,
        messages in prop::collection::vec(prop::collection::vec(0_u8..4, 0..2000), 1..6),
        piece in 1_usize..500,
    ) {
        let (from, to) =
            if from_server { (Role::Server, Role::Client) } else { (Role::Client, Role::Server) };
        let mut sender = endpoint(from, agreed);
    let outbound = sender.outbound();
        for message in &messages {
            outbound.message(Message::Binary(message));
        }
        let mut inbound = endpoint(to, agreed);
        let mut heard = Vec::new();
        for piece in outbound.pending().chunks(piece) {
            inbound.receive(piece);
            while inbound.advance().unwrap() == Progress::Message {
                heard.push(inbound.message().0.payload().to_vec());
            }
        }
        prop_assert_eq!(heard, messages);
    }

    /// Any bytes lead to messages or to a failure, and never to a panic or an endless loop.
    #[test]
    fn any_compressed_bytes_come_to_an_end(payload in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = texts(&mut client(10_000), &frame(0xc2, &payload));
    }

    /// The same bytes, cut into other pieces, give the same messages, answers and failure, also if they
    /// are damaged, cut off, or over the limit.
    #[test]
    fn any_compressed_bytes_in_any_pieces_have_one_outcome(
        messages in prop::collection::vec(message(), 1..4),
        damage in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
        limit in prop_oneof![1_usize..4, 1_usize..600],
        cuts in prop::collection::vec(1_usize..60, 1..20),
    ) {
        let mut sender = endpoint(Role::Client, Agreement::default());
        for (is_text, payload) in &messages {
            let message = if *is_text { Message::Text } else { Message::Binary };
            sender.outbound().message(message(payload));
        }
        let mut bytes = Vec::new();
        let mut rest = sender.outbound().pending();
        while let Some((frame, length)) = Frame::read(rest) {
            let mut frame = frame;
            if let Some((place, byte)) = &damage
                && !frame.payload.is_empty()
            {
                let place = place.index(frame.payload.len());
                if byte % 4 == 0 { frame.payload.truncate(place) } else { frame.payload[place] = *byte }
            }
            bytes.extend(frame.bytes());
            rest = &rest[length..];
        }
        let limits = Limits { message: limit, ..Limits::default() };
        let whole = server(limits, [&bytes[..]]);
        let mut pieces = Vec::new();
        let mut rest = &bytes[..];
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, behind) = rest.split_at((*cut).min(rest.len()));
            pieces.push(piece);
            rest = behind;
        }
        prop_assert_eq!(server(limits, pieces), whole.clone());
        prop_assert_eq!(server(limits, bytes.chunks(1)), whole);
    }
}

/// A message. It is nearly always long enough to be compressed, and not always UTF-8.
fn message() -> impl Strategy<Value = (bool, Vec<u8>)> {
    let few = prop::collection::vec(0x60_u8..0x64, 60..600);
    let noise = prop::collection::vec(any::<u8>(), 60..600);
    let text = "\\PC{60,300}".prop_map(String::into_bytes);
    (any::<bool>(), prop_oneof![few, noise, text])
}

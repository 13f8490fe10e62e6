//! permessage-deflate, RFC 7692: what is agreed on, and messages through both halves.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use echo::{
    Agreement, CloseCode, Compression, Encoded, Ending, Endpoint, Failure, Limits, Message,
    Progress, Role,
};
use http::HeaderMap;
use http::header::SEC_WEBSOCKET_EXTENSIONS;
use proptest::prelude::*;

/// What we answer to these header lines.
fn answer(compression: Compression, lines: &[&str]) -> Option<String> {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(SEC_WEBSOCKET_EXTENSIONS, line.parse().unwrap());
    }
    compression.accept(&headers).map(|agreed| agreed.to_string())
}

/// §7.1: the first offer that is as it must be, answered in kind.
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
    assert_eq!(
        answer(Compression::NoContextTakeover, &["permessage-deflate"]).as_deref(),
        Some(fresh)
    );
}

/// §7.1: an offer that is not as it must be is declined, and the next one considered.
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

/// An endpoint with this agreement.
fn endpoint(role: Role, agreed: Agreement) -> Endpoint {
    Endpoint::new(role, Limits::default(), Vec::new(), Some(agreed))
}

/// A client with this limit, and context takeover both ways.
fn client(max: usize) -> Endpoint {
    let limits = Limits { message: max, ..Limits::default() };
    Endpoint::new(Role::Client, limits, Vec::new(), Some(Agreement::default()))
}

/// A server's frame.
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

/// The messages in these bytes, as texts.
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

/// The examples of §7.2.3, byte by byte: one block, fragments, a second message that remembers the
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

/// §7.2: a message that is not compressed leaves the window as it is.
#[test]
fn a_plain_message_between_two_compressed_ones_changes_nothing() {
    let hello = frame(0xc1, &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]);
    let again = frame(0xc1, &[0xf2, 0x00, 0x11, 0x00, 0x00]);
    let all = [hello, frame(0x81, b"plain"), frame(0x89, b"ping"), again].concat();
    assert_eq!(texts(&mut client(1000), &all).unwrap(), ["Hello", "plain", "Hello"]);
}

/// §6: RSV1 is for the first frame of a message, and for no control frame.
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

/// §7.2.2: what cannot be inflated is 1007, and so is what does not inflate to UTF-8.
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

/// RFC 6455 §10.4: a message is as long as it inflates to, and nobody inflates more than that.
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

/// A message for many is compressed once for all who remember nothing, and for each of those who do.
#[test]
fn a_message_for_many_is_understood_by_each() {
    let texts_said: Vec<String> =
        ["short".to_owned(), "again and ".repeat(50), "again and ".repeat(50)].into();
    let encoded: Vec<Encoded> =
        texts_said.iter().map(|text| Encoded::new(Message::Text(text.as_bytes()))).collect();
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
        let mut sender = endpoint(Role::Server, agreed);
        let outbound = sender.outbound();
        for message in &encoded {
            outbound.encoded(message);
        }
        let mut inbound = endpoint(Role::Client, agreed);
        let is_smaller = outbound.pending().len() < 300;
        assert_eq!(is_smaller, agreed.server_max_window_bits != Some(8), "{agreed}");
        assert_eq!(texts(&mut inbound, outbound.pending()).unwrap(), texts_said, "{agreed}");
    }
}

/// §7.1.1: who has agreed to remember nothing says the same thing twice in the same bytes, and does
/// not understand what points back to the message before.
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

/// §7.1.1: what was compressed for many is in nobody's window, so it must not go to somebody whose
/// next message may point back over it.
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

/// §7.1.2.1: a client with a small window is sent nothing that points back further than that.
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

/// RFC 6455 §8.1: a compressed text is checked as it is inflated, and its characters may be cut
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

proptest! {
    /// Whatever was agreed on, and however the bytes are cut, messages come out as they went in, in
    /// both directions.
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

    /// Bytes of any kind end in messages or in a failure, and never in a panic or for ever.
    #[test]
    fn any_compressed_bytes_come_to_an_end(payload in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = texts(&mut client(10_000), &frame(0xc2, &payload));
    }
}

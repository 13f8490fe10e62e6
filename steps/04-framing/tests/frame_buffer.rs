//! Whole frames out of a stream of bytes that is cut anywhere.

use framing::{Frame, FrameBuffer, FrameHeader, Masking, Opcode};
use proptest::prelude::*;
use testkit::Frame as Sent;

const MEBIBYTE: usize = 1024 * 1024;

/// The results of a buffer: the frames, and then the status code and reason, if there was an error.
type Outcome = (Vec<Frame>, Option<(u16, String)>);

/// Pushes pieces one after the other, and takes the frames as they become whole.
fn pushed<'a>(masking: Masking, pieces: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut buffer = FrameBuffer::new(masking, Vec::new());
    let mut frames = Vec::new();
    for piece in pieces {
        buffer.push(piece);
        loop {
            match buffer.next_frame() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (frames, Some(error)),
            }
        }
    }
    (frames, None)
}

/// A conversation with a frame of each kind, and lengths in all three forms.
fn conversation() -> Vec<Sent> {
    vec![
        Sent::text("hello"),
        Sent::text(""),
        Sent::binary(vec![7; 300]).masked_with([1, 2, 3, 4]),
        Sent::ping("are you there?"),
        Sent::text("in two ").not_final(),
        Sent::pong(""),
        Sent::continuation("fragments"),
        Sent::close(1000, "bye"),
    ]
}

/// Fault F9: with one read for one frame, a second frame is lost, and half a frame is garbage.
#[test]
fn a_stream_has_the_same_frames_wherever_it_is_cut() {
    let sent = conversation();
    let stream: Vec<u8> = sent.iter().flat_map(Sent::bytes).collect();
    let at_once = pushed(Masking::Required, [&stream[..]]);
    let payloads: Vec<&[u8]> = at_once.0.iter().map(|frame| &frame.payload[..]).collect();
    assert_eq!(payloads, sent.iter().map(|frame| &frame.payload[..]).collect::<Vec<_>>());
    assert_eq!(at_once.1, None);
    for cut in 0..=stream.len() {
        let (front, back) = stream.split_at(cut);
        assert_eq!(pushed(Masking::Required, [front, back]), at_once, "cut at {cut}");
    }
    assert_eq!(pushed(Masking::Required, stream.chunks(1)), at_once, "a byte at a time");
}

#[test]
fn a_frame_tells_its_header_its_payload_and_its_bytes() {
    let bytes = b"\x81\x87\x0e\xc3\xf3\xcd\x3b\xf6\xc6\xf8\x3b\xf6\xc6";
    let (frames, error) = pushed(Masking::Required, [&bytes[..]]);
    let header = FrameHeader {
        fin: true,
        rsv1: false,
        opcode: Opcode::Text,
        masking_key: Some([0x0e, 0xc3, 0xf3, 0xcd]),
        length: 7,
    };
    assert_eq!(frames, [Frame { header, payload: b"5555555".to_vec(), wire: bytes.to_vec() }]);
    assert_eq!(error, None);
}

/// RFC 6455 §4.1: the first frames may have come with the request.
#[test]
fn a_buffer_begins_with_what_came_behind_the_handshake() {
    let frame = Sent::text("in a hurry").bytes();
    let mut buffer = FrameBuffer::new(Masking::Required, frame[..4].to_vec());
    assert_eq!(buffer.next_frame(), Ok(None));
    buffer.push(&frame[4..]);
    assert_eq!(buffer.next_frame().unwrap().unwrap().payload, b"in a hurry");
    assert_eq!(buffer.next_frame(), Ok(None));
}

/// RFC 6455 §5.1: a client's buffer reads the frames of a server, which are not masked.
#[test]
fn frames_of_a_server_are_read_as_they_are() {
    let frame = Sent::text("hello").unmasked().bytes();
    let (frames, error) = pushed(Masking::Forbidden, [&frame[..]]);
    assert_eq!((frames[0].payload.as_slice(), error), (&b"hello"[..], None));
    let (frames, error) = pushed(Masking::Forbidden, [&Sent::text("hello").bytes()[..]]);
    let reason = "a frame from a server that is masked (§5.1)".to_owned();
    assert_eq!((frames, error), (vec![], Some((1002, reason))));
}

/// RFC 6455 §7.1.7: what came before the error was right.
#[test]
fn frames_before_a_wrong_one_are_delivered_wherever_the_stream_is_cut() {
    let stream = [Sent::text("hello").bytes(), Sent::text("hello").unmasked().bytes()].concat();
    let reason = "a frame from a client that is not masked (§5.1)".to_owned();
    for cut in 0..=stream.len() {
        let (front, back) = stream.split_at(cut);
        let (frames, error) = pushed(Masking::Required, [front, back]);
        assert_eq!((frames.len(), error), (1, Some((1002, reason.clone()))), "cut at {cut}");
    }
}

/// There is no way back into step with the stream.
#[test]
fn after_an_error_there_are_no_more_frames() {
    let mut buffer = FrameBuffer::new(Masking::Required, vec![0xf1]);
    let error = buffer.next_frame();
    assert_eq!(error, Err((1002, "RSV1 is set without an extension (§5.2)".to_owned())));
    buffer.push(&Sent::text("hello").bytes());
    assert_eq!(buffer.next_frame(), error);
}

/// RFC 6455 §10.4: a mebibyte is the largest payload that is taken.
#[test]
fn a_payload_of_a_mebibyte_is_taken() {
    let bytes = Sent::binary(vec![7; MEBIBYTE]).bytes();
    let (frames, error) = pushed(Masking::Required, bytes.chunks(4096));
    assert_eq!(error, None);
    assert!(frames.len() == 1 && frames[0].payload == vec![7; MEBIBYTE]);
}

/// RFC 6455 §7.4.1 and §10.4: a declaration is enough, and the server does not wait for the payload.
#[test]
fn a_declared_length_over_a_mebibyte_is_1009_at_once() {
    for length in [MEBIBYTE as u64 + 1, 1 << 32, u64::MAX >> 1] {
        let header = FrameHeader {
            fin: true,
            rsv1: false,
            opcode: Opcode::Binary,
            masking_key: Some([1, 2, 3, 4]),
            length,
        };
        let mut bytes = Vec::new();
        header.encode(&mut bytes);
        let (frames, error) = pushed(Masking::Required, [&bytes[..]]);
        assert_eq!(frames, []);
        assert_eq!(error, Some((1009, format!("a frame of {length} bytes"))));
    }
}

/// RFC 6455 §5.5: the reason of a close frame has 123 bytes at most.
#[test]
fn every_reason_fits_a_close_frame() {
    for first in 0..=u8::MAX {
        for second in 0..=u8::MAX {
            for length in [[0; 8], [0xff; 8], [0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]] {
                let bytes = [&[first, second], &length[..], &[1, 2, 3, 4]].concat();
                let (_, error) = pushed(Masking::Required, [&bytes[..]]);
                assert!(error.is_none_or(|(_, reason)| reason.len() <= 123), "{bytes:02x?}");
            }
        }
    }
}

proptest! {
    /// Whatever a stranger sends, and however it is cut.
    #[test]
    fn any_bytes_have_the_same_outcome_in_pieces_of_any_size(
        frames in prop::collection::vec(
            (prop::sample::select(conversation()), any::<Option<(usize, u8)>>()),
            0..6,
        ),
        size in 1..30_usize,
    ) {
        let mut stream = Vec::new();
        for (frame, damage) in frames {
            let mut bytes = frame.bytes();
            if let Some((place, byte)) = damage {
                let place = place % bytes.len();
                bytes[place] = byte;
            }
            stream.extend(bytes);
        }
        let at_once = pushed(Masking::Required, [&stream[..]]);
        prop_assert_eq!(&pushed(Masking::Required, stream.chunks(size)), &at_once);
        let used: usize = at_once.0.iter().map(|frame| frame.wire.len()).sum();
        prop_assert!(used <= stream.len());
        let wires = at_once.0.iter().flat_map(|frame| frame.wire.clone()).collect::<Vec<_>>();
        prop_assert_eq!(&stream[..used], &wires);
    }
}

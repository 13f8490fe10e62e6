//! The frame header both ways, RFC 6455 §5.2.

use framing::{FrameHeader, HEADER_MAX, HeaderError, Masking, Opcode};
use proptest::prelude::*;
use unmasking::LengthError;

const OPCODES: [Opcode; 6] =
    [Opcode::Continuation, Opcode::Text, Opcode::Binary, Opcode::Close, Opcode::Ping, Opcode::Pong];
const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

fn encoded(header: &FrameHeader) -> Vec<u8> {
    let mut bytes = Vec::new();
    header.encode(&mut bytes);
    bytes
}

/// Whether the peer that sends this header must mask its frames.
fn masking_of(header: &FrameHeader) -> Masking {
    if header.masking_key.is_some() { Masking::Required } else { Masking::Forbidden }
}

/// RFC 6455 §5.7: the frames that the standard shows.
#[test]
fn the_headers_of_the_standards_examples_are_read() {
    use Opcode::{Binary, Continuation, Ping, Pong, Text};
    let header = |fin, opcode, masking_key, length| FrameHeader {
        fin,
        rsv1: false,
        opcode,
        masking_key,
        length,
    };
    let examples: [(&[u8], FrameHeader); 8] = [
        (b"\x81\x05Hello", header(true, Text, None, 5)),
        (b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", header(true, Text, Some(KEY), 5)),
        (b"\x01\x03Hel", header(false, Text, None, 3)),
        (b"\x80\x02lo", header(true, Continuation, None, 2)),
        (b"\x89\x05Hello", header(true, Ping, None, 5)),
        (b"\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", header(true, Pong, Some(KEY), 5)),
        (b"\x82\x7e\x01\x00", header(true, Binary, None, 256)),
        (b"\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", header(true, Binary, None, 65_536)),
    ];
    for (bytes, header) in examples {
        let size = encoded(&header).len();
        assert_eq!(
            FrameHeader::decode(bytes, masking_of(&header), false),
            Ok(Some((header, size)))
        );
        assert_eq!(encoded(&header), bytes[..size]);
    }
}

/// RFC 6455 §5.2 (fault F13): each length is sent in its shortest form. Strict peers refuse others.
#[test]
fn a_header_is_written_with_the_shortest_form_of_its_length() {
    let header = |length| FrameHeader {
        fin: true,
        rsv1: false,
        opcode: Opcode::Text,
        masking_key: None,
        length,
    };
    assert_eq!(encoded(&header(125)), [0x81, 125]);
    assert_eq!(encoded(&header(126)), [0x81, 126, 0, 126]);
    assert_eq!(encoded(&header(127)), [0x81, 126, 0, 127]);
    assert_eq!(encoded(&header(65_535)), [0x81, 126, 0xff, 0xff]);
    assert_eq!(encoded(&header(65_536)), [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
}

#[test]
fn a_header_is_written_behind_what_is_there() {
    let header =
        FrameHeader { fin: true, rsv1: false, opcode: Opcode::Pong, masking_key: None, length: 0 };
    let mut bytes = b"\x81\x02hi".to_vec();
    header.encode(&mut bytes);
    assert_eq!(bytes, b"\x81\x02hi\x8a\x00");
}

/// RFC 7692 §6: with an extension, RSV1 is allowed and is part of the header. The other two reserved
/// bits still have no meaning.
#[test]
fn an_extension_gives_rsv1_a_meaning_and_no_other_bit() {
    let decoded = |first| FrameHeader::decode(&[first, 0], Masking::Forbidden, true);
    for (first, rsv1) in [(0x81, false), (0xc1, true)] {
        let header = FrameHeader { rsv1, ..FrameHeader::whole(Opcode::Text, 0) };
        assert_eq!(decoded(first), Ok(Some((header, 2))));
        assert_eq!(encoded(&header), [first, 0]);
    }
    for (first, bit) in [(0xa1, 2), (0x91, 3), (0xe1, 2), (0xd1, 3)] {
        assert_eq!(decoded(first), Err(HeaderError::ReservedBit(bit)), "{first:#x}");
    }
}

/// A header that is wrong, the rule that it breaks, its section of RFC 6455, and how many of its
/// bytes it takes to see it. A length is seen when all of its bytes are there.
fn wrong_headers() -> Vec<(&'static [u8], Masking, HeaderError, &'static str, usize)> {
    use HeaderError::{
        FragmentedControl, Length, LongControl, Masked, NotMasked, ReservedBit, ReservedOpcode,
    };
    use LengthError::{NotMinimal, TopBitSet};
    let from_client: [(&[u8], HeaderError, &str, usize); 24] = [
        // Fault F11: "RSV1-3 can be ignored".
        (b"\xc1\x85\x37\xfa\x21\x3d", ReservedBit(1), "§5.2", 1),
        (b"\xa1\x85\x37\xfa\x21\x3d", ReservedBit(2), "§5.2", 1),
        (b"\x91\x85\x37\xfa\x21\x3d", ReservedBit(3), "§5.2", 1),
        (b"\xf1\x85\x37\xfa\x21\x3d", ReservedBit(1), "§5.2", 1),
        (b"\xc8\x80\x37\xfa\x21\x3d", ReservedBit(1), "§5.2", 1),
        // Fault F10: the opcode is ignored.
        (b"\x83\x85\x37\xfa\x21\x3d", ReservedOpcode(0x3), "§5.2", 1),
        (b"\x84\x85\x37\xfa\x21\x3d", ReservedOpcode(0x4), "§5.2", 1),
        (b"\x87\x85\x37\xfa\x21\x3d", ReservedOpcode(0x7), "§5.2", 1),
        (b"\x8b\x85\x37\xfa\x21\x3d", ReservedOpcode(0xb), "§5.2", 1),
        (b"\x0f\x85\x37\xfa\x21\x3d", ReservedOpcode(0xf), "§5.2", 1),
        // Fault F12: FIN is ignored.
        (b"\x08\x80\x37\xfa\x21\x3d", FragmentedControl(Opcode::Close), "§5.5", 1),
        (b"\x09\x85\x37\xfa\x21\x3d", FragmentedControl(Opcode::Ping), "§5.5", 1),
        (b"\x0a\x85\x37\xfa\x21\x3d", FragmentedControl(Opcode::Pong), "§5.5", 1),
        (b"\x88\xfe\x00\x7e\x37\xfa\x21\x3d", LongControl(Opcode::Close), "§5.5", 2),
        (b"\x89\xfe\x00\x7e\x37\xfa\x21\x3d", LongControl(Opcode::Ping), "§5.5", 2),
        (b"\x8a\xfe\x00\x7e\x37\xfa\x21\x3d", LongControl(Opcode::Pong), "§5.5", 2),
        (b"\x8a\xff\0\0\0\0\0\x01\0\0\x37\xfa\x21\x3d", LongControl(Opcode::Pong), "§5.5", 2),
        // Fault F8: the mask bit is never looked at.
        (b"\x81\x05Hello", NotMasked, "§5.1", 2),
        (b"\x88\x00", NotMasked, "§5.1", 2),
        // Fault F13, seen from the other end.
        (
            b"\x82\xfe\x00\x7d\x37\xfa\x21\x3d",
            Length(NotMinimal { value: 125, extended: 2 }),
            "§5.2",
            4,
        ),
        (
            b"\x82\xff\0\0\0\0\0\0\x00\xc8\x37\xfa\x21\x3d",
            Length(NotMinimal { value: 200, extended: 8 }),
            "§5.2",
            10,
        ),
        (
            b"\x82\xff\0\0\0\0\0\0\xff\xff\x37\xfa\x21\x3d",
            Length(NotMinimal { value: 65_535, extended: 8 }),
            "§5.2",
            10,
        ),
        (b"\x82\xff\x80\0\0\0\0\0\0\0\x37\xfa\x21\x3d", Length(TopBitSet), "§5.2", 10),
        (
            b"\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\x37\xfa\x21\x3d",
            Length(TopBitSet),
            "§5.2",
            10,
        ),
    ];
    let mut wrong: Vec<_> = from_client
        .into_iter()
        .map(|(bytes, error, clause, seen)| (bytes, Masking::Required, error, clause, seen))
        .collect();
    wrong.push((b"\x81\x85\x37\xfa\x21\x3d", Masking::Forbidden, Masked, "§5.1", 2));
    wrong.push((b"\x8a\x80\x37\xfa\x21\x3d", Masking::Forbidden, Masked, "§5.1", 2));
    wrong
}

/// RFC 6455 §5.1, §5.2 and §5.5. What is wrong is wrong however the bytes were cut: before it shows,
/// more are asked for, and from then on the answer is the same.
#[test]
fn a_wrong_header_is_refused_at_every_split_point() {
    for (bytes, masking, error, clause, seen) in wrong_headers() {
        assert!(error.to_string().ends_with(&format!(" ({clause})")), "{bytes:02x?}: {error}");
        for there in 0..=bytes.len() {
            let expected = if there < seen { Ok(None) } else { Err(error) };
            let decoded = FrameHeader::decode(&bytes[..there], masking, false);
            assert_eq!(decoded, expected, "{there} of {bytes:02x?}");
        }
    }
}

#[test]
fn what_is_wrong_with_a_header_is_said_in_words() {
    let words = wrong_headers().into_iter().map(|(bytes, _, error, _, seen)| {
        let bytes: Vec<String> = bytes[..seen].iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}\n    {error}\n", bytes.join(" "))
    });
    insta::assert_snapshot!(words.collect::<String>());
}

/// RFC 6455 §5.2: ten of the sixteen opcodes are reserved.
#[test]
fn each_opcode_has_its_bits_and_the_others_are_reserved() {
    let known: Vec<Opcode> = (0..=u8::MAX).filter_map(Opcode::from_bits).collect();
    assert_eq!(known, OPCODES);
    for opcode in OPCODES {
        assert_eq!(Opcode::from_bits(opcode as u8), Some(opcode));
    }
    assert_eq!(Opcode::Pong as u8, 0xa);
}

/// RFC 6455 §5.5: "opcodes where the most significant bit of the opcode is 1".
#[test]
fn close_ping_and_pong_are_control_frames() {
    let control: Vec<&str> =
        OPCODES.into_iter().filter(|opcode| opcode.is_control()).map(Opcode::name).collect();
    assert_eq!(control, ["close", "ping", "pong"]);
}

/// Any header that the standard allows.
fn header() -> impl Strategy<Value = FrameHeader> {
    let lengths = prop_oneof![0..=125_u64, 126..=0xffff_u64, 0x1_0000..=u64::MAX >> 1];
    let parts =
        (prop::sample::select(&OPCODES[..]), any::<bool>(), any::<Option<[u8; 4]>>(), lengths);
    parts.prop_map(|(opcode, fin, masking_key, length)| FrameHeader {
        fin: fin || opcode.is_control(),
        rsv1: false,
        opcode,
        masking_key,
        length: if opcode.is_control() { length % 126 } else { length },
    })
}

proptest! {
    /// RFC 6455 §5.2. Every shorter piece asks for more, and what lies behind changes nothing.
    #[test]
    fn a_header_that_is_written_is_read_again(
        header in header(),
        behind in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        let mut bytes = encoded(&header);
        let size = bytes.len();
        prop_assert!(size <= HEADER_MAX);
        for there in 0..size {
            prop_assert_eq!(FrameHeader::decode(&bytes[..there], masking_of(&header), false), Ok(None));
        }
        bytes.extend(behind);
        prop_assert_eq!(FrameHeader::decode(&bytes, masking_of(&header), false), Ok(Some((header, size))));
    }

    /// Whatever a stranger sends, nothing panics, a header takes fourteen bytes at most, and there
    /// is one way to write it.
    #[test]
    fn any_bytes_are_a_header_or_not(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        for masking in [Masking::Required, Masking::Forbidden] {
            match FrameHeader::decode(&bytes, masking, false) {
                Ok(Some((header, size))) => {
                    prop_assert!(size <= HEADER_MAX);
                    prop_assert_eq!(&encoded(&header), &bytes[..size]);
                }
                Ok(None) => prop_assert!(bytes.len() < HEADER_MAX),
                Err(_) => {}
            }
        }
    }
}

//! A frame, drawn for the book: the diagram of RFC 6455 §5.2, filled with the actual bits.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends here")]

use framing::{Frame, FrameBuffer, Masking, draw_for_terminal};
use roxmltree::{Document, Node};
use testkit::Frame as Sent;
use weave::svg::draw_as_svg;

/// Frames worth a picture.
fn frames() -> Vec<(&'static str, Frame)> {
    let sent = [
        ("masked_text", Sent::text("hello")),
        ("unmasked_close", Sent::close(1000, "bye").unmasked()),
        ("length_in_two_bytes", Sent::text("5".repeat(200)).unmasked()),
        ("length_in_two_bytes_masked", Sent::binary(vec![0; 300])),
        ("length_in_eight_bytes", Sent::binary(vec![0xff; 65_536])),
        ("empty_pong", Sent::pong("").unmasked()),
        ("first_fragment", Sent::text("Grü").not_final()),
        ("next_fragment", Sent::continuation("<&>\"'").not_final().unmasked()),
    ];
    sent.into_iter().map(|(name, frame)| (name, read(&frame))).collect()
}

fn read(sent: &Sent) -> Frame {
    let masking = if sent.is_masked() || sent.masking == testkit::Masking::AsDue {
        Masking::Required
    } else {
        Masking::Forbidden
    };
    let mut buffer = FrameBuffer::new(masking, sent.bytes());
    buffer.next_frame().expect("the frame is right").expect("the frame is whole")
}

/// The bits of a frame, as far as a picture shows them: its header, and sixteen bytes of payload.
fn bits(frame: &Frame) -> String {
    let header = frame.wire.len() - frame.payload.len();
    frame.wire.iter().take(header + 16).map(|byte| format!("{byte:08b}")).collect()
}

#[test]
fn frames_are_drawn_as_svg() {
    for (name, frame) in frames() {
        let svg = draw_as_svg(&frame.header, &frame.payload);
        insta::assert_snapshot!(format!("svg_{name}"), svg);
    }
}

/// RFC 6455 §5.2: the bits of the picture are those of the wire, the payload's masking included.
#[test]
fn the_bits_that_are_drawn_are_those_of_the_wire() {
    for (name, frame) in frames() {
        let svg = draw_as_svg(&frame.header, &frame.payload);
        let document = Document::parse(&svg).unwrap();
        let texts = document.descendants().filter(|node| node.attribute("font-size") == Some("15"));
        assert_eq!(
            texts.filter_map(|node| node.text()).collect::<String>(),
            bits(&frame),
            "{name}"
        );
    }
}

fn number(node: Node, name: &str) -> usize {
    let value = node.attribute(name).and_then(|value| value.parse().ok());
    value.unwrap_or_else(|| panic!("{node:?} should have a number as its {name}"))
}

/// The book puts it into its pages: it must be XML, and nothing may be outside its edges.
#[test]
fn a_drawing_is_well_formed_svg_without_gaps_or_overhang() {
    for (name, frame) in frames() {
        let svg = draw_as_svg(&frame.header, &frame.payload);
        let document =
            Document::parse(&svg).unwrap_or_else(|error| panic!("{name}: {error}\n{svg}"));
        let root = document.root_element();
        assert_eq!(root.tag_name().name(), "svg");
        assert_eq!(root.tag_name().namespace(), Some("http://www.w3.org/2000/svg"));
        let view: Vec<usize> = root
            .attribute("viewBox")
            .unwrap()
            .split(' ')
            .map(|edge| edge.parse().unwrap())
            .collect();
        let title = document.descendants().find(|node| node.has_tag_name("title")).unwrap();
        let summary = draw_for_terminal(&frame.header, &frame.payload);
        let summary = summary.lines().next().unwrap();
        assert_eq!(title.text(), Some(format!("A frame, bit by bit: {summary}").as_str()));

        let (mut right, mut row) = (1, 1);
        for cell in root.children().filter(|node| node.has_tag_name("rect")) {
            if number(cell, "y") != row {
                assert_eq!(right, view[2] - 1, "{name}: a row ends early");
                (right, row) = (1, number(cell, "y"));
            }
            assert_eq!(number(cell, "x"), right, "{name}: a gap, or an overlap");
            right += number(cell, "width");
            assert!(right < view[2] && row + number(cell, "height") < view[3], "{name}: {cell:?}");
        }
        for text in root.children().filter(|node| node.has_tag_name("text")) {
            assert!(number(text, "x") < view[2] && number(text, "y") < view[3], "{name}: {text:?}");
        }
    }
}

/// Fault F17: what a peer has sent is text in a picture, and no markup.
#[test]
fn markup_in_a_payload_is_drawn_as_text() {
    let frame = read(&Sent::text("<&>\"'").unmasked());
    let svg = draw_as_svg(&frame.header, &frame.payload);
    let document = Document::parse(&svg).unwrap();
    let texts: Vec<&str> = document.descendants().filter_map(|node| node.text()).collect();
    for character in ["“<”", "“&”", "“>”", "“\"”", "“'”"] {
        assert!(texts.contains(&character), "{character} is missing: {texts:?}");
    }
}

/// Whatever the payload is, the picture is XML.
#[test]
fn any_payload_is_drawn_as_xml() {
    for byte in 0..=u8::MAX {
        let frame = read(&Sent::binary([byte; 4]));
        Document::parse(&draw_as_svg(&frame.header, &frame.payload)).unwrap();
    }
}

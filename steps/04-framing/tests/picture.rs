//! A frame, drawn: the diagram of RFC 6455 §5.2, filled with the actual bits.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends here")]

use framing::{Frame, FrameBuffer, Masking, draw_for_terminal};
use testkit::Frame as Sent;

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
fn frames_are_drawn_for_the_terminal() {
    for (name, frame) in frames() {
        let drawing = draw_for_terminal(&frame.header, &frame.payload);
        insta::assert_snapshot!(format!("terminal_{name}"), drawing);
    }
}

/// RFC 6455 §5.2: the bits of the picture are those of the wire, the payload's masking included.
#[test]
fn the_bits_that_are_drawn_are_those_of_the_wire() {
    for (name, frame) in frames() {
        let drawing = draw_for_terminal(&frame.header, &frame.payload);
        // Each row has a line of bits, then one of labels.
        let rows = drawing.lines().filter(|line| line.starts_with('|')).step_by(2);
        let drawn: String =
            rows.flat_map(str::chars).filter(|character| "01".contains(*character)).collect();
        assert_eq!(drawn, bits(&frame), "{name}");
    }
}

/// Each bit is two characters wide, and each border has its corners where the cells end.
#[test]
fn the_columns_of_a_drawing_line_up() {
    for (name, frame) in frames() {
        let drawing = draw_for_terminal(&frame.header, &frame.payload);
        let lines: Vec<&str> = drawing.lines().skip(3).collect();
        let scale = " 0               1               2               3";
        assert_eq!(drawing.lines().nth(2), Some(scale), "{name}: the bytes");
        let scale = " 0 1 2 3 4 5 6 7".repeat(4);
        assert_eq!(drawing.lines().nth(3), Some(scale.as_str()), "{name}: the bits");
        for (index, line) in lines.iter().enumerate().filter(|(_, line)| line.starts_with('|')) {
            let above = lines[..index].iter().rfind(|line| line.starts_with('+')).unwrap();
            let below = lines[index..].iter().find(|line| line.starts_with('+')).unwrap();
            let ends: Vec<usize> =
                line.chars().enumerate().filter(|(_, c)| *c == '|').map(|(at, _)| at).collect();
            for end in ends {
                assert!(end <= 64 && end % 2 == 0, "{name}: a cell ends at {end}\n{drawing}");
                let corners = [above, below].map(|border| border.chars().nth(end));
                assert_eq!(corners, [Some('+'); 2], "{name}: no corner at {end}\n{drawing}");
            }
        }
    }
}

/// A peer cannot send commands to the terminal of the person who reads the output.
#[test]
fn any_payload_is_drawn_in_characters_that_can_be_printed() {
    for byte in 0..=u8::MAX {
        let frame = read(&Sent::binary([byte; 4]));
        let drawing = draw_for_terminal(&frame.header, &frame.payload);
        assert!(drawing.chars().all(|character| character == '\n' || !character.is_control()));
    }
}

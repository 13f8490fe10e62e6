//! The picture in the README is the one that step 4 draws.

use framing::{FrameHeader, Opcode, draw_for_terminal};

/// RFC 6455 §5.2, filled with a masked "hello".
#[test]
fn the_readme_shows_hello_as_step_4_draws_it() {
    let masking_key = Some([0x37, 0xfa, 0x21, 0x3d]);
    let header =
        FrameHeader { fin: true, rsv1: false, opcode: Opcode::Text, masking_key, length: 5 };
    let picture = draw_for_terminal(&header, b"hello");
    let readme = include_str!("../../../README.md");
    assert!(readme.contains(&picture), "the README should show\n{picture}");
}

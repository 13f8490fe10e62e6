//! The texts of the stages, in `workshop/stages/`, agree with the standard and with the repository.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::fs;

use guide::stage::{LAST, Stage};
use testkit::{Frame, MASKING_KEY, Opcode, workspace};

/// The frames that the texts show with a description: fewer would mean that they were not found.
const FRAMES_MIN: usize = 50;

/// The texts of all stages.
fn stages() -> Vec<Stage> {
    Stage::all().unwrap()
}

/// The lines within the fences of a text.
fn fenced(markdown: &str) -> impl Iterator<Item = &str> {
    let mut is_inside = false;
    markdown.lines().filter(move |line| {
        let is_fence = line.starts_with("```");
        is_inside ^= is_fence;
        is_inside && !is_fence
    })
}

/// Where texts give the number of stages: N.
const COUNTING: [(&str, &str); 9] = [
    ("CHANGELOG.md", "The workshop: N stages"),
    ("README.md", "in N stages"),
    ("README.md", "of the N stages"),
    ("README.zh-CN.md", "你分 N 关来写"),
    ("README.zh-CN.md", "的 N 个关卡"),
    ("book/src/build-it-yourself.md", "From there, N stages"),
    ("book/src/build-it-yourself.md", "of the N stages"),
    ("book/src/introduction.md", "There are N stages"),
    ("workshop/README.md", "There are N stages"),
];

#[test]
fn a_text_that_gives_the_number_of_stages_gives_the_right_one() {
    let expected = COUNTING.map(|(path, words)| (path, words.replace('N', &LAST.to_string())));
    let is_missing = |(path, words): &(&str, String)| {
        !fs::read_to_string(workspace().join(path)).unwrap().contains(words)
    };
    let missing: Vec<_> = expected.into_iter().filter(is_missing).collect();
    assert!(missing.is_empty(), "these files lack these words:\n{missing:#?}");
}

#[test]
fn every_file_of_a_step_that_a_text_names_exists() {
    for stage in stages() {
        for compared in &stage.text.compare {
            let path = workspace().join(&compared.path);
            assert!(path.is_file(), "stage {}: {}", stage.number, compared.path);
            assert!(compared.note.ends_with('.'), "stage {}: {}", stage.number, compared.note);
        }
    }
}

#[test]
fn every_stage_has_three_or_four_hints_of_which_the_first_asks() {
    for Stage { number, text, .. } in stages() {
        assert!((3..=4).contains(&text.hints.len()), "stage {number}");
        assert!(text.hints[0].contains('?'), "stage {number}: {}", text.hints[0]);
    }
}

/// RFC 6455 §5.2: the bytes of a frame that a text shows are those of the frame that it describes.
#[test]
fn a_frame_has_the_bytes_that_are_shown() {
    let mut count = 0;
    for Stage { number, text, .. } in stages() {
        for line in fenced(&text.bytes) {
            let Some((hex, description)) = frame_line(line) else { continue };
            let frames: Vec<u8> = described(description).iter().flat_map(Frame::bytes).collect();
            assert_eq!(bytes(hex), Some(frames), "stage {number}: {line}");
            count += 1;
        }
    }
    assert!(count >= FRAMES_MIN, "{count} frames were found");
}

/// Splits `→ 81 80 37 fa 21 3d    text "", masked` into the bytes and the description.
fn frame_line(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("→ ").or_else(|| line.strip_prefix("← "))?;
    let (hex, description) = rest.split_once("    ")?;
    bytes(hex).map(|_| (hex, description))
}

/// Reads bytes in hexadecimal, with spaces between.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let byte = |digits: &str| (digits.len() == 2).then(|| u8::from_str_radix(digits, 16).ok())?;
    hex.split(' ').map(byte).collect()
}

/// The frames that a description describes: `text "one", text "two", masked`. What is said at its
/// end is true for all of them.
fn described(description: &str) -> Vec<Frame> {
    let mut frames: Vec<Frame> = Vec::new();
    let mut is_masked = false;
    for part in description.split(", ") {
        let all = frames.drain(..);
        frames = match part {
            "masked" => {
                is_masked = true;
                all.collect()
            }
            "not masked" => all.collect(),
            "not final" => all.map(Frame::not_final).collect(),
            "RSV1" => all.map(|frame| frame.with_rsv(4)).collect(),
            _ => all.chain([one_described(part)]).collect(),
        };
    }
    let masked = |frame: Frame| {
        if is_masked { frame.masked_with(MASKING_KEY) } else { frame.unmasked() }
    };
    frames.into_iter().map(masked).collect()
}

/// A frame by its kind and its payload: `binary 00 ff`, `ping "Hello"`, `close 1000 "bye"`.
fn one_described(words: &str) -> Frame {
    let (kind, payload) = words.split_once(' ').unwrap_or((words, ""));
    let opcode = match kind {
        "continuation" => Opcode::Continuation,
        "text" => Opcode::Text,
        "binary" => Opcode::Binary,
        "close" => Opcode::Close,
        "ping" => Opcode::Ping,
        "pong" => Opcode::Pong,
        _ => panic!("`{words}` does not describe a frame"),
    };
    let (code, payload) = match payload.get(..4).and_then(|code| code.parse::<u16>().ok()) {
        Some(code) if opcode == Opcode::Close => (Some(code), payload[4..].trim_start()),
        _ => (None, payload),
    };
    let mut body = code.map(u16::to_be_bytes).map(Vec::from).unwrap_or_default();
    if let Some(words) = payload.strip_prefix('"') {
        body.extend(words.strip_suffix('"').unwrap().bytes());
    } else if !payload.is_empty() {
        body.extend(bytes(payload).unwrap_or_else(|| panic!("`{words}` has no such payload")));
    }
    Frame::new(opcode, body)
}

/// RFC 9110 §8.6: a body that a text shows has the length that its header says.
#[test]
fn a_body_has_the_length_that_is_shown() {
    let mut count = 0;
    for Stage { number, text, .. } in stages() {
        let mut lines = fenced(&text.bytes);
        while let Some(line) = lines.next() {
            let Some(length) = line.trim_start().strip_prefix("Content-Length: ") else { continue };
            let body = lines.by_ref().skip_while(|line| line.trim() != "(an empty line)").nth(1);
            assert_eq!(body.unwrap().trim().len().to_string(), length, "stage {number}");
            count += 1;
        }
    }
    assert!(count >= 2, "{count} bodies were found");
}

#[test]
fn the_readme_names_all_stages_in_their_order() {
    let readme = fs::read_to_string(workspace().join("workshop/README.md")).unwrap();
    let rows = readme.lines().filter(|line| line.starts_with("| ")).filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let number = cells[1].parse::<u8>().ok()?;
        (cells.len() == 6 && cells[4].parse::<u8>().is_ok()).then(|| (number, cells[2].to_owned()))
    });
    let stages = stages().into_iter().map(|stage| (stage.number, stage.title.to_owned()));
    assert_eq!(rows.collect::<Vec<_>>(), stages.collect::<Vec<_>>());
}

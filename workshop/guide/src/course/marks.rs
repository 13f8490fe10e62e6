//! The stage marks, by which one file holds the solutions of many stages.
//!
//! The line `//[ 4` opens a block that exists from stage 4 on, and `//[ 4-8` one that exists in
//! stages 4 to 8. The line `//]` closes the block that was opened last. A line within several
//! blocks exists where all of them do, and a line outside of blocks exists in every stage. In TOML
//! the marks begin with `#` instead of `//`.

use std::ops::RangeInclusive;
use std::path::Path;

/// Returns the lines of `text` that exist in this stage. `path` decides how its comments begin.
///
/// # Errors
/// A sentence with the path and the line, if a mark is wrong, is missing, or is one too many.
pub(crate) fn at_stage(path: &str, text: &str, stage: u8) -> Result<String, String> {
    let comment =
        if Path::new(path).extension().is_some_and(|end| end == "toml") { "#" } else { "//" };
    let (opening, closing) = (format!("{comment}["), format!("{comment}]"));
    let mut blocks: Vec<(usize, RangeInclusive<u8>)> = Vec::new();
    let mut kept = String::new();
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let number = index + 1;
        let words = line.trim();
        if let Some(stages) = words.strip_prefix(&opening) {
            let stages = stages_of(stages).ok_or_else(|| {
                format!(
                    "{path}:{number}: `{words}` should be like `{opening} 4` or `{opening} 4-8`"
                )
            })?;
            blocks.push((number, stages));
        } else if words == closing {
            blocks.pop().ok_or_else(|| format!("{path}:{number}: `{closing}` closes no block"))?;
        } else if blocks.iter().all(|(_, stages)| stages.contains(&stage)) {
            kept.push_str(line);
        }
    }
    match blocks.pop() {
        Some((number, _)) => {
            Err(format!("{path}:{number}: this block is not closed by `{closing}`"))
        }
        None => Ok(kept),
    }
}

/// Reads ` 4` or ` 4-8`.
fn stages_of(words: &str) -> Option<RangeInclusive<u8>> {
    let words = words.strip_prefix(' ')?;
    let number = |words: &str| words.parse::<u8>().ok();
    match words.split_once('-') {
        None => Some(number(words)?..=u8::MAX),
        Some((first, last)) => {
            Some(number(first)?..=number(last)?).filter(|stages| !stages.is_empty())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: &str = "\
fn main() {
    //[ 1-1
    listen();
    //]
    //[ 2
    serve();
    //[ 4-8
    answer();
    //]
    //[ 1-3
    print();
    //]
    //]
}
";

    fn main_rs(stage: u8) -> String {
        let text = at_stage("main.rs", SERVER, stage).unwrap();
        text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_block_exists_from_its_stage_on_or_in_its_stages_only() {
        assert_eq!(main_rs(0), "fn main() { }");
        assert_eq!(main_rs(1), "fn main() { listen(); }");
        assert_eq!(main_rs(8), "fn main() { serve(); answer(); }");
        assert_eq!(main_rs(9), "fn main() { serve(); }");
    }

    #[test]
    fn a_block_within_another_exists_where_both_do() {
        assert_eq!(main_rs(1), "fn main() { listen(); }");
        assert_eq!(main_rs(2), "fn main() { serve(); print(); }");
    }

    #[test]
    fn the_marks_themselves_and_nothing_else_are_removed() {
        let text = "\r\n  //[ 1\r\na //[ 9\r\n//]\r\n// [b]\n//! c\nend";
        assert_eq!(at_stage("a.rs", text, 1).unwrap(), "\r\na //[ 9\r\n// [b]\n//! c\nend");
    }

    #[test]
    fn toml_has_comments_of_its_own() {
        let text = "[package]\n#[ 2\nsha1 = \"0.11\"\n#]\n";
        assert_eq!(at_stage("Cargo.toml", text, 1).unwrap(), "[package]\n");
        assert_eq!(at_stage("main.rs", text, 1).unwrap(), text);
    }

    #[test]
    fn a_wrong_mark_is_named_with_its_line() {
        for (text, due) in [
            ("\n//[ 4\n", "main.rs:2: this block is not closed"),
            ("//[ 4\n//[ 5\n//]\n", "main.rs:1: this block is not closed"),
            ("//]\n", "main.rs:1: `//]` closes no block"),
            ("//[4\n//]\n", "main.rs:1: `//[4` should be like"),
            ("//[ four\n//]\n", "should be like"),
            ("//[ 8-4\n//]\n", "should be like"),
            ("//[ 4 - 8\n//]\n", "should be like"),
        ] {
            let problem = at_stage("main.rs", text, 4).unwrap_err();
            assert!(problem.contains(due), "{text}: {problem}");
        }
    }
}

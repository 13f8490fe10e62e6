//! The stages of the workshop, as the chapters show them. The terminal prints the same texts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Error, Result};
use guide::solution::{self, File};
use guide::stage::Stage;
use guide::{difference, place};

/// How the name of a standard begins.
const RFC: &str = "RFC ";

/// Returns the text of each stage in Markdown, by its number.
///
/// # Errors
/// If a text or a solution cannot be read.
pub fn stages() -> Result<BTreeMap<u8, String>> {
    let stages = Stage::all().map_err(Error::msg)?;
    let mut before = solution::files(0).map_err(Error::msg)?;
    let mut texts = BTreeMap::new();
    for (index, stage) in stages.iter().enumerate() {
        let after = solution::files(stage.number).map_err(Error::msg)?;
        let text = stage_text(stage, stages.get(index + 1), &before, &after)
            .with_context(|| format!("stage {}", stage.number))?;
        texts.insert(stage.number, text);
        before = after;
    }
    Ok(texts)
}

fn stage_text(
    stage: &Stage,
    next: Option<&Stage>,
    before: &[File],
    after: &[File],
) -> Result<String> {
    let Stage { number, title, task, text, .. } = stage;
    let mut page = String::new();
    writeln!(page, "<div class=\"stage\">\n")?;
    writeln!(page, "### Stage {number}: {title} {{#stage-{number}}}\n")?;
    writeln!(page, "{task}\n")?;
    writeln!(page, "**The bytes**\n\n{}\n", text.bytes)?;
    writeln!(page, "**Look up**\n\n{}\n", with_links(&text.look_up))?;
    writeln!(page, "**Predict**\n\n{}\n", text.question)?;
    page.push_str(&folded("Answer", &text.answer));
    writeln!(
        page,
        "**Write it**, and run `just next`. The stage is done when the command prints\n"
    )?;
    writeln!(page, "{}\n", fenced("text", &place(*number, false)))?;
    writeln!(page, "If you are stuck, open one hint, try again, and then open the next one.\n")?;
    for (hint, number) in text.hints.iter().zip(1..) {
        page.push_str(&folded(&format!("Hint {number}"), hint));
    }
    let since = match number - 1 {
        0 => "the starter".to_owned(),
        before => format!("stage {before}"),
    };
    let summary = format!("Solution: what changes after {since}");
    let fold = folded(&summary, &solution(before, after));
    page.push_str(&fold.replacen("<details>", "<details class=\"solution\">", 1));
    writeln!(page, "**Compare** your code with the finished steps:\n")?;
    for comparison in &text.compare {
        writeln!(page, "- `{}`: {}", comparison.path, comparison.note)?;
    }
    match next {
        Some(Stage { number, title, chapter, .. }) => {
            let link = format!("[stage {number}: {title}]({chapter}.md#stage-{number})");
            writeln!(page, "\n**Next:** {link}\n")?;
        }
        None => writeln!(page, "\nThis is the last stage.\n")?,
    }
    writeln!(page, "</div>")?;
    Ok(page)
}

/// Text that a reader has to open.
fn folded(summary: &str, text: &str) -> String {
    format!("<details><summary>{summary}</summary>\n\n{text}\n\n</details>\n\n")
}

/// A code block. Its fence is longer than any in the code.
fn fenced(language: &str, code: &str) -> String {
    let mut fence = "```".to_owned();
    while code.contains(&fence) {
        fence.push('`');
    }
    format!("{fence}{language}\n{}\n{fence}", code.trim_end())
}

/// What turns the files of one stage into those of the next one, file by file: new files as they
/// are, others as a difference.
fn solution(before: &[File], after: &[File]) -> String {
    let find = |files: &[File], path: &str| {
        files.iter().find(|file| file.path == path).cloned().into_iter().collect::<Vec<_>>()
    };
    let mut paths: Vec<&str> = before.iter().chain(after).map(|file| file.path.as_str()).collect();
    paths.sort_unstable();
    paths.dedup();
    let mut parts = Vec::new();
    for path in paths {
        let (old, new) = (find(before, path), find(after, path));
        match (old.as_slice(), new.as_slice()) {
            (old, new) if old == new => {}
            (_, []) => parts.push(format!("*workshop/{path}, deleted*")),
            ([], [file]) => {
                let code = fenced(language_of(path), &file.text);
                parts.push(format!("*workshop/{path}, a new file*\n\n{code}"));
            }
            (old, new) => {
                let difference = difference::between(old, new);
                let code = fenced("diff", below_names(&difference));
                parts.push(format!("*workshop/{path}, changed*\n\n{code}"));
            }
        }
    }
    if parts.is_empty() {
        parts.push(
            "Nothing changes: the solution of the stage before is complete here, too.".into(),
        );
    }
    parts.join("\n\n")
}

fn language_of(path: &str) -> &'static str {
    match Path::new(path).extension().and_then(|end| end.to_str()) {
        Some("rs") => "rust,ignore",
        Some("toml") => "toml",
        _ => "text",
    }
}

/// The hunks of a difference, without the two lines that name the files.
fn below_names(difference: &str) -> &str {
    difference.find("@@").map_or(difference, |start| &difference[start..])
}

/// Turns each `RFC 6455 §5.2` in the items of a list into a link to the clause, and each `§5.3`
/// behind it in the same item as well. What is in code or in a link stays as it is.
fn with_links(list: &str) -> String {
    list.split("\n- ").map(linked).collect::<Vec<_>>().join("\n- ")
}

fn linked(item: &str) -> String {
    let mut parts = item.split('§');
    let mut linked = parts.next().unwrap_or_default().to_owned();
    let mut rfc = None;
    for part in parts {
        let before = linked.clone();
        let (before, name) = standard_at_end(&before);
        if let Some(number) = name.trim_end().strip_prefix(RFC) {
            rfc = Some(number.to_owned());
        }
        let end = part.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
        let section = part[..end.unwrap_or(part.len())].trim_end_matches('.');
        let is_code = before.matches('`').count() % 2 == 1;
        let is_link = before.ends_with('[');
        match &rfc {
            Some(rfc) if !section.is_empty() && !is_code && !is_link => {
                let page =
                    format!("https://www.rfc-editor.org/rfc/rfc{rfc}.html#section-{section}");
                let rest = &part[section.len()..];
                linked = format!("{before}[{name}§{section}]({page}){rest}");
            }
            _ => linked.extend(["§", part]),
        }
    }
    linked
}

/// Splits off `RFC 6455 ` from the end of a text, if it ends so.
fn standard_at_end(text: &str) -> (&str, &str) {
    let (before, name) = text.split_at(text.rfind(RFC).unwrap_or(text.len()));
    let number = name.strip_prefix(RFC).and_then(|name| name.strip_suffix(' '));
    let is_number = |number: &str| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    if number.is_some_and(is_number) { (before, name) } else { (text, "") }
}

#[cfg(test)]
mod tests {
    use guide::stage::Text;

    use super::*;

    const TEXT: &str = "\
## Bytes
The frame of a browser:

```text
81 85
```

## Look up
- RFC 6455 §5.2: the header
- `u16::from_be_bytes`

## Question
How long is it?

Answer: Six bytes.

## Hints
1. What is first?
2. Look at `bytes[1]`.

## Compare
`steps/04-framing/src/header.rs`: it borrows.

## Fails
`framing/echo`: `The server sent nothing`
";

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    fn stage(number: u8, title: &'static str, chapter: &'static str) -> Stage {
        let text = Text::read(TEXT).unwrap();
        let task = "Do this.";
        Stage { number, title, task, chapter, checks: &[], cases: "", text }
    }

    #[test]
    fn a_stage_shows_all_that_the_terminal_knows_of_it() {
        let (one, two) = (stage(1, "One", "01-raw-socket"), stage(2, "Two", "02-handshake"));
        let before = [file("src/main.rs", "fn main() {}\n")];
        let after = [
            file("src/frame.rs", "//! Frames.\n"),
            file("src/main.rs", "mod frame;\n\nfn main() {}\n"),
        ];
        insta::assert_snapshot!(stage_text(&one, Some(&two), &before, &after).unwrap());
        let last = stage_text(&two, None, &after, &after).unwrap();
        assert!(last.contains("This is the last stage."), "{last}");
    }

    #[test]
    fn a_file_is_new_or_changes_or_goes() {
        let one = [file("a.rs", "one();\n")];
        let other = [file("a.rs", "other();\n")];
        let changes = "*workshop/a.rs, changed*\n\n\
                       ```diff\n@@ -1 +1 @@\n-one();\n+other();\n```";
        assert_eq!(solution(&one, &other), changes);
        let new = "*workshop/a.rs, a new file*\n\n```rust,ignore\none();\n```";
        assert_eq!(solution(&[], &one), new);
        assert_eq!(solution(&one, &[]), "*workshop/a.rs, deleted*");
        assert!(solution(&one, &one).starts_with("Nothing changes"));
    }

    #[test]
    fn a_fence_is_longer_than_those_within() {
        assert_eq!(fenced("text", "```\n"), "````text\n```\n````");
    }

    #[test]
    fn a_clause_to_look_up_is_a_link() {
        let page = "https://www.rfc-editor.org/rfc/rfc6455.html#section";
        let link = format!("[RFC 6455 §5.2]({page}-5.2)");
        assert_eq!(with_links("- RFC 6455 §5.2: the header"), format!("- {link}: the header"));
        assert_eq!(with_links("RFC 6455 §5.2."), format!("{link}."));
        let both = format!("{link} and [§5.3]({page}-5.3)");
        assert_eq!(with_links("RFC 6455 §5.2 and §5.3"), both);
        let next_item = "\n- §5.3";
        assert_eq!(with_links(&format!("RFC 6455 §5.2{next_item}")), format!("{link}{next_item}"));
        assert_eq!(with_links(&link), link);
        for text in ["RFC 6455", "RFC 6455 §", "an RFC §1", "RFC x §1", "`RFC 6455 §5.2`"] {
            assert_eq!(with_links(text), text);
        }
    }
}
